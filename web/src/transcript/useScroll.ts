/** Which lines are near the screen, and keeping what is read in its place. */
import { type ReadonlySignal, useComputed, useSignal, useSignalEffect } from "@preact/signals";
import type { RefObject } from "preact";
import { useEffect, useMemo, useRef } from "preact/hooks";
import type { Segment } from "../editor/types";
import type { Desk } from "./Desk";
import { Heights } from "./model/Heights";
import { opensTurn } from "./model/rows";
import { following, textSize } from "./settings";

/** Pixels above and below the screen that are there, too. */
const MARGIN = 600;
/** Where the word that is heard is brought to, and where it may be, as parts of the height. */
const READING = 0.3;
const LOW = 0.75;

export interface Shown {
  readonly from: number;
  readonly to: number;
}

export interface Scroll {
  readonly observer: ResizeObserver;
  readonly shown: ReadonlySignal<Shown>;
  /** Heights of what is not there. */
  readonly before: ReadonlySignal<number>;
  readonly after: ReadonlySignal<number>;
}

/** How high a line will be, about. */
function guess(line: Segment, opens: boolean, width: number, size: number): number {
  const perRow = Math.max(10, Math.min(width - 130, 44 * size) / (size * 0.48));
  const rows = Math.max(1, Math.ceil((line.text?.length ?? 0) / perRow));
  return rows * size * 1.6 + 10 + (opens ? 42 : 0);
}

const isCalm = () => matchMedia("(prefers-reduced-motion: reduce)").matches;

class Measure {
  /** Heights of lines that were on the screen. */
  readonly known = new Map<string, number>();
  heights = new Heights([]);
  width = 0;

  rebuild(lines: readonly Segment[], size: number): void {
    this.heights = new Heights(
      lines.map(
        (line, n) => this.known.get(line.id) ?? guess(line, opensTurn(lines[n - 1], line), this.width, size),
      ),
    );
  }
}

export function useScroll(desk: Desk, frame: RefObject<HTMLDivElement | null>): Scroll {
  const measure = useMemo(() => new Measure(), []);
  const top = useSignal(0);
  const height = useSignal(800);
  /** Grows when lines turn out to be higher or lower than thought, and when all do. */
  const stamp = useSignal(0);
  const widths = useSignal(0);
  const jumping = useRef(false);

  const table = useComputed(() => {
    void widths.value;
    measure.rebuild(desk.lines.value, textSize.value);
    return measure.heights;
  });
  const shown = useComputed(() => {
    void stamp.value;
    const heights = table.value;
    const from = Math.max(0, heights.lineAt(top.value - MARGIN));
    const to = Math.min(heights.count, heights.lineAt(top.value + height.value + MARGIN) + 1);
    return `${from} ${to}`;
  });
  const range = useComputed(() => {
    const [from = 0, to = 0] = shown.value.split(" ").map(Number);
    return { from, to };
  });
  const before = useComputed(() => {
    void stamp.value;
    return table.value.top(range.value.from);
  });
  const after = useComputed(() => {
    void stamp.value;
    return table.value.total - table.value.top(range.value.to);
  });

  const observer = useMemo(
    () =>
      new ResizeObserver((entries) => {
        const element = frame.current;
        let shift = 0;
        let changed = false;
        for (const entry of entries) {
          const id = entry.target instanceof HTMLElement ? entry.target.dataset.line : undefined;
          const at = id === undefined ? undefined : desk.order.peek().get(id);
          if (id === undefined || at === undefined || !entry.target.isConnected) continue;
          const size = entry.borderBoxSize[0]?.blockSize ?? entry.contentRect.height;
          const more = size - measure.heights.height(at);
          measure.known.set(id, size);
          const isAbove = measure.heights.top(at + 1) <= (element?.scrollTop ?? 0);
          measure.heights.set(at, size);
          if (Math.abs(more) < 0.5) continue;
          changed = true;
          // What is read stays where it is when lines above turn out higher.
          if (isAbove) shift += more;
        }
        if (!changed) return;
        stamp.value++;
        if (element && shift !== 0) {
          element.scrollTop += shift;
          top.value = element.scrollTop;
        }
      }),
    [desk],
  );
  useEffect(() => () => observer.disconnect(), [observer]);

  useEffect(() => {
    const element = frame.current;
    if (!element) return undefined;
    const onScroll = () => {
      top.value = element.scrollTop;
    };
    const onHand = () => {
      if (desk.work.player.playing.peek()) desk.away.value = true;
    };
    const resized = new ResizeObserver(() => {
      height.value = element.clientHeight;
      if (element.clientWidth === measure.width) return;
      measure.width = element.clientWidth;
      measure.known.clear();
      widths.value++;
    });
    resized.observe(element);
    element.addEventListener("scroll", onScroll, { passive: true });
    element.addEventListener("wheel", onHand, { passive: true });
    element.addEventListener("touchmove", onHand, { passive: true });
    return () => {
      resized.disconnect();
      element.removeEventListener("scroll", onScroll);
      element.removeEventListener("wheel", onHand);
      element.removeEventListener("touchmove", onHand);
    };
  }, [desk]);

  /** Bring a word of a line to a part of the height, if it is not between both limits. */
  const bring = (id: string, piece: number, limits: readonly [number, number], smooth: boolean) => {
    const element = frame.current;
    const at = desk.order.peek().get(id);
    if (!element || at === undefined) return;
    const line = element.querySelector<HTMLElement>(`[data-line="${CSS.escape(id)}"]`);
    const word = line?.querySelector<HTMLElement>(`[data-piece="${piece}"], textarea`) ?? line;
    const box = element.getBoundingClientRect();
    const place = word
      ? word.getBoundingClientRect().top - box.top
      : table.peek().top(at) - element.scrollTop;
    if (place >= box.height * limits[0] && place + (word?.offsetHeight ?? 0) <= box.height * limits[1])
      return;
    const target = place < box.height * limits[0] || smooth ? READING : 1 - READING;
    const by = place - box.height * target;
    const isFar = Math.abs(by) > 1.5 * box.height;
    element.scrollBy({ top: by, behavior: smooth && !isFar && !isCalm() ? "smooth" : "auto" });
    if (!word && !jumping.current) {
      // Once it is there, its place is known.
      jumping.current = true;
      requestAnimationFrame(() =>
        requestAnimationFrame(() => {
          jumping.current = false;
          bring(id, piece, limits, false);
        }),
      );
    }
  };

  useSignalEffect(() => {
    const [id, piece] = [desk.nowId.value, desk.nowPiece.value];
    if (!following.value || !desk.work.player.playing.value || desk.away.value || desk.typing.value) return;
    if (id !== null) bring(id, piece, [0.05, LOW], true);
  });
  useSignalEffect(() => {
    const cursor = desk.cursor.value;
    void desk.typing.value;
    if (cursor) requestAnimationFrame(() => bring(cursor.id, cursor.piece, [0.02, 0.96], false));
  });

  return { observer, shown: range, before, after };
}
