import { ArrowLeft, AudioLines, ChevronLeft, ChevronRight, Download } from "lucide";
import { useLocation } from "preact-iso";
import { neighboursOf } from "../editor/panels/neighbours";
import { SaveBadge } from "../editor/panels/SaveBadge";
import { t } from "../i18n";
import { Icon, IconButton, Menu, Select, useLoaded } from "../ui";
import type { Desk } from "./Desk";
import styles from "./transcript.module.css";
import { useExports } from "./useExports";

/** Which recording and annotation this is, whether all is saved, and ways out. */
export function TopLine({ desk }: { desk: Desk }) {
  const { work } = desk;
  const { recording, project } = work.subject;
  const { route } = useLocation();
  const toEditor = () => {
    const layer = desk.layer.value?.id;
    const time = work.player.time.peek();
    const query = new URLSearchParams({ ...(layer ? { annotation: layer } : {}), t: time.toFixed(2) });
    route(`/recordings/${recording.id}?${query}`);
  };
  return (
    <header class={styles.top} data-part>
      <a
        class="button button-plain"
        href={`/projects/${project.id}`}
        title={project.name}
        aria-label={t("transcript.toProject", { name: project.name })}
      >
        <Icon of={ArrowLeft} />
        <span class={`${styles.wide} truncate`}>{project.name}</span>
      </a>
      <Neighbours desk={desk} />
      <h1 class={`${styles.title} truncate`} title={recording.name}>
        {recording.name}
      </h1>
      <span class="grow" />
      <SaveBadge work={work} />
      <Annotations desk={desk} />
      <Exports desk={desk} />
      <IconButton icon={AudioLines} label={t("transcript.toEditor")} onClick={toEditor} />
    </header>
  );
}

function Neighbours({ desk }: { desk: Desk }) {
  const { recording } = desk.work.subject;
  const { route } = useLocation();
  const found = useLoaded(() => neighboursOf(recording), [recording.id]);
  const { previous, next } = found.data ?? {};
  const go = (id: string | undefined) => id && route(`/recordings/${id}/transcript`);
  return (
    <div class={`${styles.group} ${styles.desk}`}>
      <IconButton
        icon={ChevronLeft}
        label={t("transcript.previousRecording")}
        disabled={!previous}
        onClick={() => go(previous)}
      />
      <IconButton
        icon={ChevronRight}
        label={t("transcript.nextRecording")}
        disabled={!next}
        onClick={() => go(next)}
      />
    </div>
  );
}

function Annotations({ desk }: { desk: Desk }) {
  const { layers, subject } = desk.work;
  const layer = desk.layer.value;
  if (layer === null || layers.open.value.length < 2) return null;
  const choices = layers.open.value.map((one) => {
    const header = one.header.value;
    const isMine = header.kind === "person" && header.author_id === subject.user.id;
    return {
      value: one.id,
      label: isMine ? t("transcript.mine", { when: header.created_at.slice(0, 10) }) : header.source,
    };
  });
  return (
    <div class={styles.annotations}>
      <Select
        aria-label={t("transcript.annotation")}
        value={layer.id}
        choices={choices}
        onValue={(id) => desk.choose(id)}
      />
    </div>
  );
}

function Exports({ desk }: { desk: Desk }) {
  const formats = useExports(desk);
  if (desk.layer.value === null) return null;
  const copy = {
    label: t("transcript.copyText"),
    onSelect: () => {
      desk.shown.value = "copy";
    },
  };
  return (
    <Menu
      kind="plain"
      button={<Icon of={Download} />}
      label={t("transcript.export")}
      items={[copy, ...formats]}
    />
  );
}
