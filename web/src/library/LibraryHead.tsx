import { CloudDownload, Files, FolderUp, LayoutGrid, ListChecks, Settings, Trash2, Upload } from "lucide";
import { useEffect, useState } from "preact/hooks";
import { ask, GET } from "../api/client";
import { onEvents } from "../api/events";
import type { SchemaStates } from "../api/schema";
import { formatNumber, t } from "../i18n";
import type { ProjectView } from "../project/useProject";
import { Button, Icon, LinkButton, Menu } from "../ui";
import { stateWord } from "./chips";
import { type Filters, NO_FILTERS, STATES } from "./filters";
import { ImportDialog } from "./ImportDialog";
import styles from "./recordings.module.css";
import { InterruptedNotice } from "./upload/InterruptedNotice";
import { sendAll } from "./upload/panel";
import { pick } from "./upload/pick";

interface Props {
  view: ProjectView;
  filters: Filters;
  onFilters: (filters: Filters) => void;
}

const RENEW_MS = 1500;

/** How many recordings wait, are ready and failed, as events change it. */
function useStates(projectId: string): SchemaStates | null {
  const [states, setStates] = useState<SchemaStates | null>(null);
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const params = { path: { project_id: projectId } };
    const load = () =>
      // Only figures beside the list: if they cannot be had, the list says why.
      ask(GET("/api/v1/projects/{project_id}/recordings/states", { params })).then(
        setStates,
        () => undefined,
      );
    load();
    const stop = onEvents(
      [
        "recording.created",
        "recording.imported",
        "recording.failed",
        "recording.deleted",
        "recording.restored",
        "recording.purged",
      ],
      ({ project_id }) => {
        if (project_id !== projectId) return;
        timer ??= setTimeout(() => {
          timer = undefined;
          void load();
        }, RENEW_MS);
      },
    );
    return () => {
      stop();
      clearTimeout(timer);
    };
  }, [projectId]);
  return states;
}

function StateFilters({ view, filters, onFilters }: Props) {
  const states = useStates(view.project.id);
  if (states === null) return null;
  const only = filters.state.length === 1 ? filters.state[0] : null;
  return (
    <div class={styles.states} role="group" aria-label={t("library.state")}>
      {STATES.filter((state) => (states[state] ?? 0) > 0).map((state) => (
        <button
          key={state}
          type="button"
          class={styles.stateFilter}
          aria-pressed={only === state}
          onClick={() => onFilters({ ...filters, trashed: false, state: only === state ? [] : [state] })}
        >
          <strong class="number">{formatNumber(states[state] ?? 0)}</strong> {stateWord(state)}
        </button>
      ))}
    </div>
  );
}

export function AddMenu({ view, kind }: { view: ProjectView; kind: "normal" | "primary" }) {
  const [importing, setImporting] = useState(false);
  const { id } = view.project;
  const files = () => pick("files", (chosen) => sendAll(id, chosen));
  return (
    <>
      <div class={styles.add}>
        <Button kind={kind} icon={Upload} onClick={files}>
          {t("library.upload")}
        </Button>
        <Menu
          button={t("library.addFrom")}
          items={[
            { label: t("upload.files"), icon: Files, onSelect: files },
            {
              label: t("upload.folder"),
              icon: FolderUp,
              onSelect: () => pick("folder", (chosen) => sendAll(id, chosen)),
            },
            { label: t("library.importMenu"), icon: CloudDownload, onSelect: () => setImporting(true) },
          ]}
        />
      </div>
      {importing && <ImportDialog projectId={id} onClose={() => setImporting(false)} />}
    </>
  );
}

/** What project this is, how it stands, and where one can go from here. */
export function LibraryHead({ view, filters, onFilters }: Props) {
  const { project, can } = view;
  const base = `/projects/${project.id}`;
  return (
    <>
      <div class={styles.head}>
        <div class={styles.headText}>
          <nav class="small" aria-label={t("library.where")}>
            <a href="/">{t("shell.projects")}</a>
          </nav>
          <h1>{project.name}</h1>
          {project.description !== "" && <p class={`soft ${styles.description}`}>{project.description}</p>}
        </div>
        <div class="row">
          {can("manage") && project.deleted_at === null && <AddMenu view={view} kind="primary" />}
          <LinkButton icon={LayoutGrid} href={`${base}/review`}>
            {t("review.title")}
          </LinkButton>
          <LinkButton icon={ListChecks} href={`/jobs?project_id=${project.id}`}>
            {t("jobs.title")}
          </LinkButton>
          <LinkButton icon={Settings} href={`${base}/settings`}>
            {t("project.title")}
          </LinkButton>
        </div>
      </div>
      {project.deleted_at !== null && (
        <p class="notice notice-warn">
          <span>
            {t("library.projectTrashed")} <a href={`${base}/settings`}>{t("project.title")}</a>
          </span>
        </p>
      )}
      {can("manage") && (
        <InterruptedNotice
          projectId={project.id}
          onChoose={() => pick("files", (chosen) => sendAll(project.id, chosen))}
        />
      )}
      <div class="row-between">
        <StateFilters {...{ view, filters, onFilters }} />
        <button
          type="button"
          class={styles.stateFilter}
          aria-pressed={filters.trashed}
          onClick={() => onFilters({ ...NO_FILTERS, trashed: !filters.trashed })}
        >
          <Icon of={Trash2} size={16} /> {t("library.inTrash")}
        </button>
      </div>
    </>
  );
}
