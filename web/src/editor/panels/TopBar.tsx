import {
  ArrowLeft,
  ChevronLeft,
  ChevronRight,
  CircleCheck,
  CircleDashed,
  CircleDot,
  Ellipsis,
  Lock,
} from "lucide";
import { useState } from "preact/hooks";
import { useLocation } from "preact-iso";
import { t } from "../../i18n";
import { Button, Icon, IconButton, Menu, useLoaded, useNow } from "../../ui";
import type { Workspace } from "../document/Workspace";
import { ExportDialog } from "./ExportDialog";
import styles from "./frame.module.css";
import { HistoryDialog } from "./HistoryDialog";
import { useHint } from "./hints";
import { neighboursOf } from "./neighbours";
import { SaveBadge } from "./SaveBadge";
import { UndoButtons } from "./ToolBar";

const STATUS_ICONS = { draft: CircleDashed, submitted: CircleDot, reviewed: CircleCheck };
/** Who did something this long ago is still taken to be here. */
const HERE_MS = 5 * 60_000;

export function TopBar({ work }: { work: Workspace }) {
  const { recording, project } = work.subject;
  return (
    <header class={styles.top} data-part>
      <a
        class="button button-plain"
        href={`/projects/${project.id}`}
        title={project.name}
        aria-label={t("editor.back", { name: project.name })}
      >
        <Icon of={ArrowLeft} />
        <span class={`${styles.wide} truncate`}>{project.name}</span>
      </a>
      <Neighbours work={work} />
      <h1 class={`${styles.title} truncate`} title={recording.name}>
        {recording.name}
      </h1>
      <Owner work={work} />
      <Present work={work} />
      <span class="grow" />
      <ViewOnly work={work} />
      <SaveBadge work={work} />
      <UndoButtons work={work} />
      <Status work={work} />
      <MoreMenu work={work} />
    </header>
  );
}

function Neighbours({ work }: { work: Workspace }) {
  const { recording } = work.subject;
  const location = useLocation();
  const found = useLoaded(() => neighboursOf(recording), [recording.id]);
  const { previous, next } = found.data ?? {};
  const go = (id: string | undefined) => id && location.route(`/recordings/${id}`);
  return (
    <div class={`${styles.group} ${styles.desk}`}>
      <IconButton
        icon={ChevronLeft}
        label={t("editor.previousRecording")}
        disabled={!previous}
        onClick={() => go(previous)}
      />
      <IconButton
        icon={ChevronRight}
        label={t("editor.nextRecording")}
        disabled={!next}
        onClick={() => go(next)}
      />
    </div>
  );
}

/** Whose annotation is open, where it is not one's own. */
function Owner({ work }: { work: Workspace }) {
  const header = work.layers.active.value?.header.value;
  if (header === undefined || header.author_id === work.subject.user.id) return null;
  return <span class={`badge ${styles.desk}`}>{t("editor.workOf", { name: header.source })}</span>;
}

/** That nothing can be changed, and why. */
function ViewOnly({ work }: { work: Workspace }) {
  const why = work.whyNot.value;
  if (why === null) return null;
  return (
    <span class={styles.save} data-kind="view" title={t(why)}>
      <Icon of={Lock} size={16} />
      {t("editor.viewOnly")}
    </span>
  );
}

function Present({ work }: { work: Workspace }) {
  const now = useNow(30);
  const here = work.layers.present.value.filter((one) => now - one.at < HERE_MS);
  return (
    <>
      {here.map(({ name }) => (
        <span
          key={name}
          class={styles.present}
          role="img"
          title={t("editor.isHere", { name })}
          aria-label={t("editor.isHere", { name })}
        >
          {initials(name)}
        </span>
      ))}
    </>
  );
}

function initials(name: string): string {
  const words = name.split(/\s+/).filter(Boolean);
  return `${words[0]?.[0] ?? "?"}${words.length > 1 ? (words.at(-1)?.[0] ?? "") : ""}`.toUpperCase();
}

function Status({ work }: { work: Workspace }) {
  const hint = useHint();
  const active = work.layers.active.value;
  if (active === null) return null;
  const { status } = active.header.value;
  return (
    <Button
      class={styles.status}
      icon={STATUS_ICONS[status]}
      title={hint(t("editor.keySubmit"), "keySubmit")}
      onClick={() => {
        work.overlay.value = "submit";
      }}
    >
      <span class={styles.desk}>{t(`editor.status_${status}`)}</span>
    </Button>
  );
}

function MoreMenu({ work }: { work: Workspace }) {
  const location = useLocation();
  const [open, setOpen] = useState<"export" | "history" | null>(null);
  const chosen = work.layers.open.value.find((layer) => layer.id === work.selection.layerId);
  const layer = work.layers.active.value ?? chosen ?? work.layers.open.value.at(-1) ?? null;
  const close = () => setOpen(null);
  return (
    <>
      <Menu
        kind="plain"
        button={<Icon of={Ellipsis} />}
        label={t("editor.more")}
        items={[
          { label: t("editor.export"), disabled: layer === null, onSelect: () => setOpen("export") },
          { label: t("editor.history"), disabled: layer === null, onSelect: () => setOpen("history") },
          {
            label: t("editor.transcript"),
            onSelect: () => location.route(`/recordings/${work.sound.recordingId}/transcript`),
          },
          {
            label: t("editor.keyHelp"),
            onSelect: () => {
              work.overlay.value = "keys";
            },
          },
        ]}
      />
      {open === "export" && layer && (
        <ExportDialog
          annotationId={layer.id}
          waiting={layer.document.state.value.kind !== "saved"}
          onClose={close}
        />
      )}
      {open === "history" && layer && (
        <HistoryDialog layer={layer} canEdit={work.layers.isEditable(layer.header.value)} onClose={close} />
      )}
    </>
  );
}
