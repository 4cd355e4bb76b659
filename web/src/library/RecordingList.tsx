import { ChevronDown, ChevronUp } from "lucide";
import { useEffect, useRef } from "preact/hooks";
import type { SchemaRecordingAnswer, SchemaRecordingSort } from "../api/schema";
import { t } from "../i18n";
import { Icon } from "../ui";
import { Cell } from "./Cell";
import { type Ordering, usualOrderOf } from "./filters";
import type { Underway } from "./live";
import { PAGE } from "./pages";
import { RecordingCard, RecordingRow, type RowEvents, type RowProps } from "./RecordingRow";
import styles from "./recordings.module.css";

export type Shape = "list" | "grid";

interface Props {
  rows: readonly SchemaRecordingAnswer[];
  count: number | null;
  shape: Shape;
  ordering: Ordering;
  onOrder: (ordering: Ordering) => void;
  underway: Underway;
  selected: ReadonlySet<string>;
  onAll: (all: boolean) => void;
  active: number;
  events: RowEvents;
}

interface HeadProps {
  sort: SchemaRecordingSort;
  title: string;
  class?: string;
}

function Head({
  sort,
  title,
  class: more,
  ordering,
  onOrder,
}: HeadProps & Pick<Props, "ordering" | "onOrder">) {
  const mine = ordering.sort === sort;
  const turned = ordering.order === "asc" ? "desc" : "asc";
  const aria = mine ? (ordering.order === "asc" ? "ascending" : "descending") : "none";
  return (
    <Cell head sort={aria} class={more}>
      <button
        type="button"
        class="table-sort"
        onClick={() => onOrder({ sort, order: mine ? turned : usualOrderOf(sort) })}
      >
        {title}
        {mine && <Icon of={ordering.order === "asc" ? ChevronUp : ChevronDown} size={14} />}
      </button>
    </Cell>
  );
}

function Heads({
  rows,
  selected,
  onAll,
  ...order
}: Pick<Props, "rows" | "selected" | "onAll" | "ordering" | "onOrder">) {
  const all = rows.length > 0 && rows.every((row) => selected.has(row.id));
  const box = useRef<HTMLInputElement>(null);
  useEffect(() => {
    if (box.current) box.current.indeterminate = !all && rows.some((row) => selected.has(row.id));
  });
  return (
    // biome-ignore lint/a11y/useFocusableInteractive: what it holds takes the focus
    <div role="row" class={`${styles.row} ${styles.heads}`} aria-rowindex={1}>
      <Cell head class={styles.check}>
        <input
          ref={box}
          type="checkbox"
          aria-label={t("common.selectAll")}
          checked={all}
          onChange={(event) => onAll(event.currentTarget.checked)}
        />
      </Cell>
      <Cell head class={styles.wave}>
        <span class="visually-hidden">{t("library.waveform")}</span>
      </Cell>
      <Head sort="name" title={t("common.name")} class={styles.name} {...order} />
      <Head sort="duration" title={t("library.duration")} class={styles.duration} {...order} />
      <Head sort="state" title={t("library.stateAndLabels")} class={styles.state} {...order} />
      <Cell head class={styles.who}>
        {t("library.annotated")}
      </Cell>
      <Head sort="created_at" title={t("library.added")} class={styles.when} {...order} />
      <Cell head class={styles.menu}>
        <span class="visually-hidden">{t("library.actions")}</span>
      </Cell>
    </div>
  );
}

/** Rows in groups: what is far from the screen is not laid out. */
function groupsOf(rows: readonly SchemaRecordingAnswer[]): readonly (readonly SchemaRecordingAnswer[])[] {
  return Array.from({ length: Math.ceil(rows.length / PAGE) }, (_, index) =>
    rows.slice(index * PAGE, (index + 1) * PAGE),
  );
}

/** The recordings that are loaded, as rows or as cards. */
export function RecordingList(props: Props) {
  const { rows, shape, selected, active, underway, events, count } = props;
  const propsOf = (recording: SchemaRecordingAnswer, index: number): RowProps => ({
    recording,
    index,
    events,
    selected: selected.has(recording.id),
    active: index === Math.max(active, 0),
    doing: underway.get(recording.id) ?? null,
  });
  if (shape === "grid") {
    return (
      <ul class={styles.cards} aria-label={t("library.title")}>
        {rows.map((row, index) => (
          <RecordingCard key={row.id} {...propsOf(row, index)} />
        ))}
      </ul>
    );
  }
  return (
    <div
      role="grid"
      class={styles.list}
      aria-label={t("library.title")}
      aria-rowcount={count === null ? -1 : count + 1}
      aria-multiselectable="true"
    >
      <Heads {...props} />
      {groupsOf(rows).map((group, place) => (
        <div role="rowgroup" key={place} class={styles.group}>
          {group.map((row, index) => (
            <RecordingRow key={row.id} {...propsOf(row, place * PAGE + index)} />
          ))}
        </div>
      ))}
    </div>
  );
}
