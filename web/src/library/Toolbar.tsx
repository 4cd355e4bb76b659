import { ArrowDownNarrowWide, ArrowUpNarrowWide, LayoutGrid, List, ListFilter, Search, X } from "lucide";
import type { RefObject } from "preact";
import { useEffect, useState } from "preact/hooks";
import { t } from "../i18n";
import { Button, Icon, IconButton, Select } from "../ui";
import { chipsOf } from "./chips";
import { FilterDialog } from "./FilterDialog";
import { type Filters, NO_FILTERS, type Ordering, SORTS, usualOrderOf } from "./filters";
import type { Shape } from "./RecordingList";
import styles from "./recordings.module.css";

interface Props {
  filters: Filters;
  ordering: Ordering;
  shape: Shape;
  labels: readonly string[];
  search: RefObject<HTMLInputElement | null>;
  onFilters: (filters: Filters) => void;
  onOrder: (ordering: Ordering) => void;
  onShape: (shape: Shape) => void;
}

/** Typing waits a moment before the list follows. */
const TYPING_MS = 250;

function SearchField({ filters, search, onFilters }: Pick<Props, "filters" | "search" | "onFilters">) {
  const [text, setText] = useState(filters.q);
  useEffect(() => setText(filters.q), [filters.q]);
  useEffect(() => {
    if (text.trim() === filters.q.trim()) return;
    const timer = setTimeout(() => onFilters({ ...filters, q: text }), TYPING_MS);
    return () => clearTimeout(timer);
  }, [text, filters, onFilters]);
  return (
    <div class={styles.search}>
      <Icon of={Search} />
      <input
        ref={search}
        type="search"
        class="input"
        aria-label={t("library.search")}
        aria-keyshortcuts="/"
        placeholder={t("library.searchHint")}
        maxLength={300}
        value={text}
        onInput={(event) => setText(event.currentTarget.value)}
        onKeyDown={(event) => {
          if (event.key !== "Escape") return;
          event.preventDefault();
          if (text === "") event.currentTarget.blur();
          else setText("");
        }}
      />
    </div>
  );
}

function Sorts({ ordering, onOrder }: Pick<Props, "ordering" | "onOrder">) {
  const words = {
    created_at: t("library.added"),
    name: t("common.name"),
    duration: t("library.duration"),
    recorded_at: t("library.recorded"),
    state: t("library.state"),
  };
  const up = ordering.order === "asc";
  return (
    <div class={styles.sorts}>
      <Select
        aria-label={t("library.sort")}
        value={ordering.sort}
        choices={SORTS.map((sort) => ({ value: sort, label: words[sort] }))}
        onValue={(value) => {
          const sort = SORTS.find((known) => known === value) ?? "created_at";
          onOrder({ sort, order: usualOrderOf(sort) });
        }}
      />
      <IconButton
        kind="normal"
        icon={up ? ArrowUpNarrowWide : ArrowDownNarrowWide}
        label={up ? t("library.ascending") : t("library.descending")}
        onClick={() => onOrder({ ...ordering, order: up ? "desc" : "asc" })}
      />
    </div>
  );
}

/** What narrows the list; each chip takes itself away. */
export function Chips({ filters, onFilters }: Pick<Props, "filters" | "onFilters">) {
  const chips = chipsOf(filters);
  if (chips.length === 0) return null;
  return (
    <ul class={styles.chips} aria-label={t("library.filters")}>
      {chips.map(({ key, text, without }) => (
        <li key={key}>
          <button
            type="button"
            class={styles.chip}
            aria-label={t("library.removeFilter", { name: text })}
            onClick={() => onFilters(without)}
          >
            {text}
            <Icon of={X} size={14} />
          </button>
        </li>
      ))}
      <li>
        <Button
          kind="plain"
          onClick={() => onFilters({ ...NO_FILTERS, q: filters.q, trashed: filters.trashed })}
        >
          {t("library.clearFilters")}
        </Button>
      </li>
    </ul>
  );
}

/** How the list is searched, filtered, sorted and shown. */
export function Toolbar(props: Props) {
  const { filters, labels, shape, onFilters, onShape } = props;
  const [filtering, setFiltering] = useState(false);
  return (
    <>
      <div class={styles.toolbar} role="search">
        <SearchField {...props} />
        <Button icon={ListFilter} aria-haspopup="dialog" onClick={() => setFiltering(true)}>
          {t("library.filter")}
        </Button>
        <Sorts {...props} />
        <div class={styles.shapes} role="group" aria-label={t("library.view")}>
          <IconButton
            icon={List}
            label={t("library.asList")}
            aria-pressed={shape === "list"}
            onClick={() => onShape("list")}
          />
          <IconButton
            icon={LayoutGrid}
            label={t("library.asGrid")}
            aria-pressed={shape === "grid"}
            onClick={() => onShape("grid")}
          />
        </div>
      </div>
      {filtering && (
        <FilterDialog {...{ filters, labels }} onApply={onFilters} onClose={() => setFiltering(false)} />
      )}
    </>
  );
}
