import { useMemo, useRef, useState } from "preact/hooks";
import { useLocation } from "preact-iso";
import type { SchemaRecordingAnswer } from "../api/schema";
import { t } from "../i18n";
import type { ProjectView } from "../project/useProject";
import { Button, complain, ErrorNotice, useSelection } from "../ui";
import { BulkBar } from "./BulkBar";
import { bulk } from "./bulk";
import { type Filters, type Ordering, readFilters, readOrdering, writeSearch } from "./filters";
import type { ListAction } from "./keys";
import { LibraryHead } from "./LibraryHead";
import { leftOutWords } from "./leftOut";
import { NothingHere } from "./NothingHere";
import { RecordingList, type Shape } from "./RecordingList";
import type { RowEvents } from "./RecordingRow";
import { type Dialogue, RowDialogs } from "./RowDialogs";
import type { RowAction } from "./RowMenu";
import styles from "./recordings.module.css";
import { download, restore, trash } from "./rowActions";
import { Chips, Toolbar } from "./Toolbar";
import { DropZone } from "./upload/DropZone";
import { focusRow, useListKeys } from "./useListKeys";
import { useMore } from "./useMore";
import { useRecordings } from "./useRecordings";
import { useScrollMemory } from "./useScrollMemory";
import { useUnderway } from "./useUnderway";

const SHAPE = "earmark.library.shape";

function useShape(): [Shape, (shape: Shape) => void] {
  const [shape, setShape] = useState<Shape>(localStorage.getItem(SHAPE) === "grid" ? "grid" : "list");
  return [
    shape,
    (chosen) => {
      localStorage.setItem(SHAPE, chosen);
      setShape(chosen);
    },
  ];
}

/** Filters and order, kept in the address. */
function useAddress(search: string) {
  const { path, route } = useLocation();
  const filters = useMemo(() => readFilters(search), [search]);
  const ordering = useMemo(() => readOrdering(search), [search]);
  const go = (to: Filters, order: Ordering) => {
    route(path + writeSearch(to, order), true);
    scrollTo(0, 0);
  };
  return { filters, ordering, go };
}

export function Library({ view, search }: { view: ProjectView; search: string }) {
  const { project, can } = view;
  const { filters, ordering, go } = useAddress(search);
  const list = useRecordings(project.id, filters, ordering);
  const underway = useUnderway(project.id);
  const { route } = useLocation();
  const [shape, setShape] = useShape();
  const [active, setActive] = useState(-1);
  const [dialogue, setDialogue] = useState<Dialogue | null>(null);
  const searchField = useRef<HTMLInputElement>(null);
  const end = useMore(list);

  const rows = list.pages?.rows ?? [];
  const ids = useMemo(() => rows.map(({ id }) => id), [rows]);
  const selection = useSelection(ids);
  const selected = ids.filter((id) => selection.ids.has(id));
  useScrollMemory(rows.length, rows[active]?.id ?? null);

  const setFilters = (to: Filters) => {
    selection.clear();
    setActive(-1);
    go(to, ordering);
  };
  const onAction = (action: RowAction, recording: SchemaRecordingAnswer) => {
    const { id } = recording;
    const acts: Record<RowAction["kind"], () => void> = {
      open: () => route(`/recordings/${id}`),
      transcript: () => route(`/recordings/${id}/transcript`),
      download: () => download(recording),
      annotate: () => {
        bulk(project.id, "annotate", { kind: "ids", ids: [id] }).then(({ left }) => {
          const words = leftOutWords(left);
          if (words !== "") complain(words);
        }, complain);
      },
      trash: () => {
        trash(recording, () => void list.renew()).catch(complain);
      },
      restore: () => {
        restore(recording).then(() => list.renew(), complain);
      },
      edit: () => setDialogue({ action, recording }),
      export: () => setDialogue({ action, recording }),
      purge: () => setDialogue({ action, recording }),
    };
    acts[action.kind]();
  };
  const now = { filters, setFilters, onAction, toggle: selection.toggle };
  const latest = useRef(now);
  latest.current = now;
  const colours = useMemo(() => coloursOf(view), [project]);
  const events = useMemo<RowEvents>(
    () => ({
      can,
      colourOf: (label) => colours.get(label) ?? null,
      onSelect: (id, extend) => latest.current.toggle(id, extend),
      onFocus: setActive,
      onAction: (action, recording) => latest.current.onAction(action, recording),
      onTag: (tag) => {
        const { filters: f, setFilters: set } = latest.current;
        set({ ...f, tag: [...new Set([...f.tag, tag])] });
      },
    }),
    [colours, can],
  );

  const onKey = (action: ListAction) => {
    const recording = rows[active];
    if (action.kind === "search") {
      // The search stands where the actions of a selection stand.
      selection.clear();
      requestAnimationFrame(() => searchField.current?.focus());
    }
    if (action.kind === "clear") selection.clear();
    else if (action.kind === "all") selection.all(true);
    else if (recording === undefined) return;
    else if (action.kind === "open" && recording.state === "ready") route(`/recordings/${recording.id}`);
    else if (action.kind === "select") selection.toggle(recording.id, false);
    else if (action.kind === "extend") selection.toggle(recording.id, true);
    else if (action.kind === "trash" && can("manage") && recording.deleted_at === null) {
      if (selected.length === 0) onAction({ kind: "trash" }, recording);
    }
  };
  useListKeys({
    count: rows.length,
    active,
    onAction: onKey,
    onMove: (index) => {
      setActive(index);
      focusRow(index);
    },
  });

  const { pages, error } = list;
  return (
    <div class="page">
      <LibraryHead view={view} filters={filters} onFilters={setFilters} />
      {selected.length > 0 && pages ? (
        <BulkBar
          key={search}
          projectId={project.id}
          {...{ filters, selected, can }}
          count={pages.count}
          countIsMore={pages.countIsMore}
          onClear={selection.clear}
          onSelectShown={() => selection.all(true)}
          onDone={() => void list.renew()}
        />
      ) : (
        <Toolbar
          {...{ filters, ordering, shape }}
          labels={project.labels.map(({ name }) => name)}
          search={searchField}
          onFilters={setFilters}
          onOrder={(order) => go(filters, order)}
          onShape={setShape}
        />
      )}
      <Chips filters={filters} onFilters={setFilters} />
      {error !== null && <ErrorNotice error={error} onRetry={() => void list.renew()} />}
      {pages && rows.length === 0 && <NothingHere {...{ view, filters }} onFilters={setFilters} />}
      {pages === null && error === null && <p class="soft">{t("common.loading")}</p>}
      {rows.length > 0 && (
        <RecordingList
          {...{ rows, shape, ordering, underway, active, events }}
          count={pages?.countIsMore ? null : (pages?.count ?? null)}
          onOrder={(order) => go(filters, order)}
          selected={selection.ids}
          onAll={selection.all}
        />
      )}
      {pages && rows.length > 0 && (
        <div class={styles.end} ref={end}>
          {pages.next === null ? (
            <span class="small soft">{t("library.thatIsAll", { count: rows.length })}</span>
          ) : (
            <Button disabled={list.loadingMore} onClick={() => void list.more()}>
              {list.loadingMore ? t("common.loading") : t("common.more")}
            </Button>
          )}
          <span class={`small soft ${styles.keys}`}>{t("library.keys")}</span>
        </div>
      )}
      {dialogue && (
        <RowDialogs
          {...dialogue}
          onSaved={list.put}
          onDone={() => void list.renew()}
          onClose={() => setDialogue(null)}
        />
      )}
      {can("manage") && !filters.trashed && <DropZone projectId={project.id} name={project.name} />}
    </div>
  );
}

/** Colours by label, its other names included. */
function coloursOf({ project }: ProjectView): ReadonlyMap<string, string> {
  return new Map(
    project.labels.flatMap(({ name, aliases, colour }) =>
      [name, ...aliases].map((word) => [word, colour] as const),
    ),
  );
}
