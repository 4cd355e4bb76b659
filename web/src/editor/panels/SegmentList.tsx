import { ArrowDown, ArrowUp } from "lucide";
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { formatPercent, t } from "../../i18n";
import { IconButton, Select } from "../../ui";
import type { OpenLayer } from "../document/OpenLayer";
import type { Workspace } from "../document/Workspace";
import { isUncertain } from "../model/segments";
import { formatTime } from "../model/time";
import type { Segment } from "../types";
import styles from "./panel.module.css";
import { type Filter, type Order, rowsOf } from "./rows";

const ROW = 30;
const SPARE = 8;
const ORDERS: readonly Order[] = ["time", "label", "score", "length"];

/** The segments of an annotation as a list; only what is seen of it is in the page. */
export function SegmentList({ work }: { work: Workspace }) {
  const layers = work.layers.open.value.filter((layer) => layer.visible.value);
  const chosen = layers.find((layer) => layer.id === work.selection.layerId);
  const [wanted, setWanted] = useState<string | null>(null);
  const layer = layers.find((one) => one.id === wanted) ?? chosen ?? work.layers.active.value ?? layers[0];
  const [filter, setFilter] = useState<Filter>({ text: "", order: "time", descending: false });
  if (layer === undefined) return <p class="soft">{t("editor.noLayers")}</p>;
  return (
    <div class={styles.list}>
      {layers.length > 1 && (
        <Select
          aria-label={t("editor.layers")}
          value={layer.id}
          choices={layers.map((one) => ({ value: one.id, label: one.header.value.source }))}
          onValue={setWanted}
        />
      )}
      <div class="row">
        <input
          class={`input ${styles.filter}`}
          type="search"
          aria-label={t("common.search")}
          placeholder={t("common.search")}
          title={t("editor.filterHint")}
          value={filter.text}
          onInput={(event) => setFilter({ ...filter, text: event.currentTarget.value })}
        />
        <div class={styles.order}>
          <Select
            aria-label={t("editor.order")}
            value={filter.order}
            choices={ORDERS.map((value) => ({ value, label: t(`editor.order_${value}`) }))}
            onValue={(value) =>
              setFilter({ ...filter, order: ORDERS.find((one) => one === value) ?? "time" })
            }
          />
        </div>
        <IconButton
          icon={filter.descending ? ArrowDown : ArrowUp}
          label={t(filter.descending ? "editor.descending" : "editor.ascending")}
          onClick={() => setFilter({ ...filter, descending: !filter.descending })}
        />
      </div>
      <Rows work={work} layer={layer} filter={filter} />
    </div>
  );
}

interface RowsProps {
  work: Workspace;
  layer: OpenLayer;
  filter: Filter;
}

/** Where a scrolled box is, and how high it is. */
function useScroll() {
  const box = useRef<HTMLDivElement>(null);
  const [at, setAt] = useState({ top: 0, height: 400 });
  useEffect(() => {
    const element = box.current;
    if (element === null) return;
    const read = () => setAt({ top: element.scrollTop, height: element.clientHeight });
    const observer = new ResizeObserver(read);
    observer.observe(element);
    element.addEventListener("scroll", read, { passive: true });
    return () => {
      observer.disconnect();
      element.removeEventListener("scroll", read);
    };
  }, []);
  return { box, ...at };
}

function Rows({ work, layer, filter }: RowsProps) {
  const version = layer.segments.version.value;
  const hidden = layer.showRejected.value ? null : layer.rejected.ids.value;
  const least = layer.minScore.value;
  const rows = useMemo(() => {
    const found = rowsOf(layer.document.segments.all, filter);
    if (!hidden?.size && least === 0) return found;
    return found.filter((one) => !hidden?.has(one.id) && (one.score ?? 1) >= least);
  }, [layer, version, filter, hidden, least]);
  const { box, top, height } = useScroll();
  const { layerId, ids } = work.selection;
  const selected = layerId === layer.id ? ids : new Set<string>();
  const last = [...selected].at(-1);
  useReveal(box, rows, last);
  const go = (segment: Segment | undefined, extend: boolean) => {
    if (segment === undefined) return;
    if (extend) work.toggle(layer.id, segment.id);
    else work.select(layer.id, [segment.id]);
    work.reveal(segment);
    work.player.seek(segment.start);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const step = event.key === "ArrowDown" ? 1 : event.key === "ArrowUp" ? -1 : 0;
    if (step === 0) return;
    event.preventDefault();
    event.stopPropagation();
    const at = rows.findIndex((one) => one.id === last);
    go(rows[at < 0 ? 0 : Math.min(Math.max(at + step, 0), rows.length - 1)], false);
  };
  const first = Math.max(0, Math.floor(top / ROW) - SPARE);
  const shown = rows.slice(first, Math.ceil((top + height) / ROW) + SPARE);
  return (
    <>
      <div
        class={styles.rows}
        ref={box}
        role="listbox"
        aria-label={t("editor.segments")}
        aria-multiselectable
        tabIndex={0}
        onKeyDown={onKeyDown}
      >
        <div style={{ height: `${rows.length * ROW}px` }} />
        {shown.map((segment, n) => (
          <Row
            key={segment.id}
            work={work}
            segment={segment}
            index={first + n}
            count={rows.length}
            selected={selected.has(segment.id)}
            onGo={(extend) => go(segment, extend)}
          />
        ))}
      </div>
      <span class="soft small">{t("editor.segmentCount", { count: rows.length })}</span>
    </>
  );
}

/** Scroll to what was selected elsewhere. */
function useReveal(
  box: { current: HTMLDivElement | null },
  rows: readonly Segment[],
  id: string | undefined,
): void {
  useEffect(() => {
    const element = box.current;
    const at = id === undefined ? -1 : rows.findIndex((one) => one.id === id);
    if (element === null || at < 0) return;
    const top = at * ROW;
    if (top < element.scrollTop) element.scrollTop = top;
    else if (top + ROW > element.scrollTop + element.clientHeight)
      element.scrollTop = top + ROW - element.clientHeight;
  }, [id]);
}

interface RowProps {
  work: Workspace;
  segment: Segment;
  index: number;
  count: number;
  selected: boolean;
  onGo: (extend: boolean) => void;
}

function Row({ work, segment, index, count, selected, onGo }: RowProps) {
  const words = [segment.label ?? t("editor.noLabel"), segment.text].filter(Boolean).join(" — ");
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: the list takes the keys of its options
    // biome-ignore lint/a11y/useFocusableInteractive: the list has the focus
    <div
      class={styles.row}
      role="option"
      aria-posinset={index + 1}
      aria-setsize={count}
      aria-selected={selected}
      style={{ top: `${index * ROW}px` }}
      onClick={(event) => onGo(event.shiftKey || event.ctrlKey || event.metaKey)}
      onDblClick={() => void work.player.playRange(segment.start, segment.end)}
    >
      <span class="swatch" style={{ background: work.colourOf.value(segment.label) }} />
      <span class="number">{formatTime(segment.start, 2)}</span>
      <span class="truncate">
        {isUncertain(segment) && <strong title={t("editor.uncertain")}>? </strong>}
        {words}
      </span>
      <span class="number soft">{segment.score == null ? "" : formatPercent(segment.score)}</span>
    </div>
  );
}
