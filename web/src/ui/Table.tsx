import { ChevronDown, ChevronUp } from "lucide";
import type { ComponentChildren } from "preact";
import { t } from "../i18n";
import { Icon } from "./Icon";

export interface Column<Row> {
  key: string;
  title: string;
  /** Name of the order that the server sorts by, where it can. */
  sort?: string;
  end?: boolean;
  /** Left out where the table is narrow. */
  wide?: boolean;
  cell: (row: Row) => ComponentChildren;
}

export interface Sorting {
  sort: string;
  order: "asc" | "desc";
}

interface Selection {
  ids: ReadonlySet<string>;
  onToggle: (id: string, extend: boolean) => void;
  onAll: (all: boolean) => void;
}

interface Props<Row> {
  label: string;
  columns: readonly Column<Row>[];
  rows: readonly Row[];
  keyOf: (row: Row) => string;
  nameOf?: (row: Row) => string;
  sorting?: Sorting;
  onSort?: (sorting: Sorting) => void;
  selection?: Selection;
}

function SortHead<Row>({
  column,
  sorting,
  onSort,
}: { column: Column<Row> } & Pick<Props<Row>, "sorting" | "onSort">) {
  const { sort, title } = column;
  if (sort === undefined || onSort === undefined) return <>{title}</>;
  const mine = sorting?.sort === sort;
  const turned = mine && sorting.order === "asc" ? "desc" : "asc";
  return (
    <button
      type="button"
      class="table-sort"
      aria-label={t("common.sortBy", { name: title })}
      onClick={() => onSort({ sort, order: turned })}
    >
      {title}
      {mine && <Icon of={sorting.order === "asc" ? ChevronUp : ChevronDown} size={14} />}
    </button>
  );
}

function classOf<Row>({ end, wide }: Column<Row>, atEnd: string): string {
  return `${end ? atEnd : ""} ${wide ? "only-wide" : ""}`.trim();
}

function ariaSort<Row>(column: Column<Row>, sorting: Sorting | undefined) {
  if (column.sort === undefined || sorting?.sort !== column.sort) return undefined;
  return sorting.order === "asc" ? "ascending" : "descending";
}

function Head<Row>({ column, ...rest }: { column: Column<Row> } & Pick<Props<Row>, "sorting" | "onSort">) {
  const classes = classOf(column, "end");
  // A column of buttons has no name to be read aloud.
  if (column.title === "") return <td class={classes} />;
  return (
    <th class={classes} aria-sort={ariaSort(column, rest.sorting)}>
      <SortHead column={column} {...rest} />
    </th>
  );
}

/** A table whose heads sort and whose rows can be chosen; with shift a whole range. */
export function Table<Row>(props: Props<Row>) {
  const { label, columns, rows, keyOf, nameOf = keyOf, sorting, onSort, selection } = props;
  const all = rows.length > 0 && rows.every((row) => selection?.ids.has(keyOf(row)));
  return (
    <div class="table-frame">
      <table class="table" aria-label={label}>
        <thead>
          <tr>
            {selection && (
              <th>
                <input
                  type="checkbox"
                  aria-label={t("common.selectAll")}
                  checked={all}
                  onChange={(event) => selection.onAll(event.currentTarget.checked)}
                />
              </th>
            )}
            {columns.map((column) => (
              <Head key={column.key} {...{ column, sorting, onSort }} />
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => {
            const id = keyOf(row);
            return (
              <tr key={id} aria-selected={selection ? selection.ids.has(id) : undefined}>
                {selection && (
                  <td>
                    <input
                      type="checkbox"
                      aria-label={t("common.selectRow", { name: nameOf(row) })}
                      checked={selection.ids.has(id)}
                      onClick={(event) => selection.onToggle(id, event.shiftKey)}
                    />
                  </td>
                )}
                {columns.map((column) => (
                  <td key={column.key} class={classOf(column, "end number")}>
                    {column.cell(row)}
                  </td>
                ))}
              </tr>
            );
          })}
        </tbody>
      </table>
    </div>
  );
}
