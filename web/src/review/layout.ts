/** Where cards stand: only rows near the screen are drawn. */

export const SIZES = ["small", "medium", "large"] as const;
export type Size = (typeof SIZES)[number];

interface Measure {
  /** Least width of a card. */
  readonly width: number;
  /** Height of its picture, and of the words below. */
  readonly picture: number;
  readonly words: number;
}

export const MEASURES: Readonly<Record<Size, Measure>> = {
  small: { width: 148, picture: 72, words: 50 },
  medium: { width: 232, picture: 112, words: 50 },
  large: { width: 380, picture: 190, words: 50 },
};
export const GAP = 10;
const OVERSCAN = 1;

export interface Layout {
  readonly columns: number;
  readonly cardWidth: number;
  readonly rowHeight: number;
}

export function layoutOf(size: Size, width: number): Layout {
  const { width: least, picture, words } = MEASURES[size];
  const columns = Math.max(1, Math.floor((width + GAP) / (least + GAP)));
  const cardWidth = Math.max(1, (width - GAP * (columns - 1)) / columns);
  return { columns, cardWidth, rowHeight: picture + words + GAP };
}

/** First row that is drawn, and the one after the last. */
export function rowsShown(
  { columns, rowHeight }: Layout,
  count: number,
  top: number,
  height: number,
): [number, number] {
  const rows = Math.ceil(count / columns);
  const first = Math.max(0, Math.floor(top / rowHeight) - OVERSCAN);
  return [Math.min(first, rows), Math.min(rows, Math.ceil((top + height) / rowHeight) + OVERSCAN)];
}

/** How far to scroll so that a card is seen whole. */
export function scrollTo({ columns, rowHeight }: Layout, at: number, top: number, height: number): number {
  const begin = Math.floor(at / columns) * rowHeight;
  if (begin < top) return begin;
  return begin + rowHeight > top + height ? begin + rowHeight - height : top;
}

export type Move = "left" | "right" | "up" | "down" | "first" | "last" | "pageUp" | "pageDown";

/** The card that a movement leads to, always one that is there. */
export function moved(move: Move, at: number, count: number, columns: number, rowsOnScreen: number): number {
  const page = Math.max(1, rowsOnScreen) * columns;
  const steps: Record<Move, number> = {
    left: -1,
    right: 1,
    up: -columns,
    down: columns,
    pageUp: -page,
    pageDown: page,
    first: -at,
    last: count - 1 - at,
  };
  const to = at + steps[move];
  // Up from the first row stays in its column.
  if (move === "up" && to < 0) return at;
  return Math.min(Math.max(to, 0), Math.max(0, count - 1));
}

/** The stretch that a card shows: the segment with a little of what is around it. */
export function viewOf(
  { start, end }: { start: number; end: number },
  duration: number | null,
): { start: number; end: number } {
  const around = Math.min(Math.max(0.3 * (end - start), 0.15), 2);
  return {
    start: Math.max(0, start - around),
    end: Math.min(duration ?? Number.POSITIVE_INFINITY, end + around),
  };
}
