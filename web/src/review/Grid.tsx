import { effect, type ReadonlySignal, useSignal } from "@preact/signals";
import { useEffect, useId, useLayoutEffect, useMemo, useRef, useState } from "preact/hooks";
import { t } from "../i18n";
import { isDark, theme } from "../shell/theme";
import { CardView, pictureOf } from "./CardView";
import type { Card } from "./cards";
import { type Layout, layoutOf, MEASURES, rowsShown, type Size, scrollTo } from "./layout";
import type { ReviewStore } from "./ReviewStore";
import styles from "./review.module.css";
import type { TileBank } from "./TileBank";

/** Milliseconds that the pointer rests on a card before it sounds. */
const HOVER = 250;

interface Props {
  store: ReviewStore;
  bank: TileBank;
  size: Size;
  colourOf: (label: string | null | undefined) => string;
  onKeyDown: (event: KeyboardEvent) => void;
  onSound: (card: Card | null) => void;
  onOpen: (card: Card) => void;
  /** How many rows are on the screen, for those who move by pages. */
  onRows: (columns: number, rows: number) => void;
}

/** Width and height of the frame, and how far it is scrolled. */
function useFrame() {
  const frame = useRef<HTMLDivElement>(null);
  const box = useSignal({ width: 0, height: 0 });
  const top = useSignal(0);
  useLayoutEffect(() => {
    const element = frame.current;
    if (!element) return;
    const measure = () => {
      const style = getComputedStyle(element);
      const width = element.clientWidth - Number.parseFloat(style.paddingLeft) * 2;
      box.value = { width, height: element.clientHeight };
    };
    const watch = new ResizeObserver(measure);
    watch.observe(element);
    measure();
    return () => watch.disconnect();
  }, [box]);
  return { frame, box: box.value, top };
}

/** Rows in view; the grid is drawn anew when others come, not for every pixel that is scrolled. */
function useRows(
  layout: Layout,
  count: number,
  top: ReadonlySignal<number>,
  height: number,
): [number, number] {
  const [rows, setRows] = useState<[number, number]>([0, 0]);
  useLayoutEffect(
    () =>
      effect(() => {
        const [first, end] = rowsShown(layout, count, top.value, height);
        setRows((before) => (before[0] === first && before[1] === end ? before : [first, end]));
      }),
    [layout, count, top, height],
  );
  return rows;
}

/** Cards in rows; only those near the screen are there. One of them is current, and the grid has the focus for all. */
export function Grid({ store, bank, size, colourOf, onKeyDown, onSound, onOpen, onRows }: Props) {
  const { frame, box, top } = useFrame();
  const id = useId();
  const cards = store.cards.value;
  const layout = useMemo(() => layoutOf(size, box.width), [size, box.width]);
  const { columns, cardWidth, rowHeight } = layout;
  const [first, end] = useRows(layout, cards.length, top, box.height);
  const shown = cards.slice(first * columns, end * columns);
  const current = store.current.value;
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  const dark = theme.value === "system" ? isDark() : theme.value === "dark";

  useEffect(() => bank.paintFor(dark), [bank, dark]);
  useEffect(() => {
    if (box.width > 0) bank.show(shown.map((card) => pictureOf(card, cardWidth)));
  }, [bank, cards, first, end, cardWidth, box.width]);
  useEffect(() => onRows(columns, Math.floor(box.height / rowHeight)), [columns, box.height, rowHeight]);
  useEffect(() => {
    const element = frame.current;
    if (element && box.height > 0)
      element.scrollTop = scrollTo(layout, current, element.scrollTop, box.height);
  }, [current, layout, box.height]);
  useEffect(() => {
    // Two screens ahead of the eye.
    const ahead = (end + 2 * Math.ceil(box.height / rowHeight)) * columns;
    if (store.next.value !== null && ahead >= cards.length && box.height > 0) void store.more();
  }, [store, end, cards.length, columns, box.height, rowHeight]);
  useEffect(() => () => clearTimeout(timer.current), []);

  const hover = (card: Card, inside: boolean) => {
    clearTimeout(timer.current);
    timer.current = inside ? setTimeout(() => onSound(card), HOVER) : undefined;
    if (!inside) onSound(null);
  };
  const pick = (at: number, event: MouseEvent) => {
    frame.current?.focus();
    if (event.shiftKey) store.go(at, true);
    else store.toggle(at);
  };
  const rows = Array.from({ length: end - first }, (_, n) => first + n);
  const cellId = (at: number) => `${id}-${at}`;
  return (
    <div
      ref={frame}
      class={styles.grid}
      role="grid"
      aria-label={t("review.grid")}
      aria-multiselectable="true"
      aria-rowcount={Math.ceil(cards.length / columns)}
      aria-activedescendant={cards.length > 0 ? cellId(current) : undefined}
      tabIndex={0}
      onScroll={(event) => {
        top.value = event.currentTarget.scrollTop;
      }}
      onKeyDown={onKeyDown}
    >
      <div
        role="presentation"
        style={{
          height: `${Math.ceil(cards.length / columns) * rowHeight}px`,
          paddingTop: `${first * rowHeight}px`,
        }}
      >
        {rows.map((row) => (
          // biome-ignore lint/a11y/useFocusableInteractive: the grid has the focus for all that is in it
          <div
            key={row}
            role="row"
            aria-rowindex={row + 1}
            class={styles.row}
            style={{ gridTemplateColumns: `repeat(${columns}, minmax(0, 1fr))`, height: `${rowHeight}px` }}
          >
            {cards.slice(row * columns, (row + 1) * columns).map((card, n) => {
              const at = row * columns + n;
              return (
                <CardView
                  key={card.key}
                  id={cellId(at)}
                  card={card}
                  at={at}
                  verdict={store.verdicts.value.get(card.key)}
                  current={at === current}
                  selected={store.selected.value.has(card.key)}
                  width={cardWidth}
                  height={MEASURES[size].picture}
                  bank={bank}
                  colourOf={colourOf}
                  showSource={store.twins.value > 0}
                  onPick={pick}
                  onHover={hover}
                  onOpen={onOpen}
                />
              );
            })}
          </div>
        ))}
      </div>
    </div>
  );
}
