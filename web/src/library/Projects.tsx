import { FileUp, FolderPlus, Search, Trash2 } from "lucide";
import { useEffect, useMemo, useState } from "preact/hooks";
import { useLocation } from "preact-iso";
import { ask, GET, POST } from "../api/client";
import type { SchemaProjectAnswer } from "../api/schema";
import { formatNumber, language, t } from "../i18n";
import { Button, complain, Empty, ErrorNotice, Icon, Select, say, useLoaded } from "../ui";
import { ImportArchive } from "./ImportArchive";
import { NewProject } from "./NewProject";
import { ProjectCard } from "./ProjectCard";
import { isProjectSort, ordered, PROJECT_SORTS, type ProjectSort } from "./projectOrder";
import styles from "./projects.module.css";
import { Welcome } from "./Welcome";

const SORT = "earmark.projects.sort";
/** Most that the server lists at once; more than that are searched for. */
const MOST = 500;
const TYPING_MS = 200;

function useSort(): [ProjectSort, (sort: ProjectSort) => void] {
  const stored = localStorage.getItem(SORT);
  const [sort, setSort] = useState<ProjectSort>(isProjectSort(stored) ? stored : "changed");
  return [
    sort,
    (chosen) => {
      localStorage.setItem(SORT, chosen);
      setSort(chosen);
    },
  ];
}

/** What was typed, once typing rests. */
function useRested(text: string): string {
  const [rested, setRested] = useState(text);
  useEffect(() => {
    const timer = setTimeout(() => setRested(text), TYPING_MS);
    return () => clearTimeout(timer);
  }, [text]);
  return rested;
}

interface ToolsProps {
  q: string;
  sort: ProjectSort;
  trashed: boolean;
  onQ: (q: string) => void;
  onSort: (sort: ProjectSort) => void;
  onTrashed: (trashed: boolean) => void;
}

function Tools({ q, sort, trashed, onQ, onSort, onTrashed }: ToolsProps) {
  const words = {
    changed: t("library.sortChanged"),
    name: t("common.name"),
    created: t("library.sortCreated"),
  };
  return (
    <div class={styles.tools} role="search">
      <div class={styles.search}>
        <Icon of={Search} />
        <input
          type="search"
          class="input"
          aria-label={t("library.searchProjects")}
          placeholder={t("library.searchProjects")}
          value={q}
          onInput={(event) => onQ(event.currentTarget.value)}
        />
      </div>
      <Select
        aria-label={t("library.sort")}
        value={sort}
        choices={PROJECT_SORTS.map((value) => ({ value, label: words[value] }))}
        onValue={(value) => isProjectSort(value) && onSort(value)}
      />
      <Button icon={Trash2} aria-pressed={trashed} onClick={() => onTrashed(!trashed)}>
        {t("library.inTrash")}
      </Button>
    </div>
  );
}

async function restore(project: SchemaProjectAnswer): Promise<void> {
  await ask(POST("/api/v1/projects/{project_id}/restore", { params: { path: { project_id: project.id } } }));
  say(t("library.restored", { name: project.name }));
}

function Nothing({ q, trashed }: { q: string; trashed: boolean }) {
  if (q !== "") return <Empty title={t("library.noProjectFits")} />;
  return (
    <Empty title={t(trashed ? "library.trashEmpty" : "library.noProjects")}>
      {trashed && <p>{t("library.projectTrashEmptyHint")}</p>}
    </Empty>
  );
}

/** All projects that one may see. */
export default function Projects() {
  const [text, setText] = useState("");
  const [trashed, setTrashed] = useState(false);
  const [sort, setSort] = useSort();
  const [dialogue, setDialogue] = useState<"new" | "import" | null>(null);
  const { route } = useLocation();
  const q = useRested(text.trim());
  const list = useLoaded(
    () => ask(GET("/api/v1/projects", { params: { query: { q, trashed, limit: MOST } } })),
    [q, trashed],
  );
  const items = list.data?.items;
  const shown = useMemo(() => ordered(items ?? [], sort, language.value), [items, sort, language.value]);
  const first = items?.length === 0 && q === "" && !trashed;
  return (
    <div class="page">
      <div class="row-between">
        <h1>{t("shell.projects")}</h1>
        {!first && (
          <div class="row">
            <Button icon={FileUp} onClick={() => setDialogue("import")}>
              {t("library.importArchive")}
            </Button>
            <Button kind="primary" icon={FolderPlus} onClick={() => setDialogue("new")}>
              {t("library.createProject")}
            </Button>
          </div>
        )}
      </div>
      {!first && (
        <Tools {...{ sort, trashed }} q={text} onQ={setText} onSort={setSort} onTrashed={setTrashed} />
      )}
      {list.error !== null && <ErrorNotice error={list.error} onRetry={list.reload} />}
      {items === undefined && list.error === null && <p class="soft">{t("common.loading")}</p>}
      {first && <Welcome onCreate={() => setDialogue("new")} onImport={() => setDialogue("import")} />}
      {items?.length === 0 && !first && <Nothing {...{ q, trashed }} />}
      <ul class={styles.cards} aria-label={t("library.listOfProjects")}>
        {shown.map((project) => (
          <ProjectCard
            key={project.id}
            project={project}
            alone={shown.length === 1 && q === "" && !trashed}
            onRestore={(one) => restore(one).then(list.reload, complain)}
          />
        ))}
      </ul>
      {list.data?.next && <p class="soft small">{t("library.mostProjects", { most: formatNumber(MOST) })}</p>}
      {first && (
        <Button kind="plain" class={styles.toTrash} icon={Trash2} onClick={() => setTrashed(true)}>
          {t("library.inTrash")}
        </Button>
      )}
      {dialogue === "new" && (
        <NewProject onMade={({ id }) => route(`/projects/${id}`)} onClose={() => setDialogue(null)} />
      )}
      {dialogue === "import" && (
        <ImportArchive
          onClose={() => {
            setDialogue(null);
            void list.reload();
          }}
        />
      )}
    </div>
  );
}
