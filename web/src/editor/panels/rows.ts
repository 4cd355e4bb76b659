/** Which segments a list shows, in which order. */
import type { Segment } from "../types";

export type Order = "time" | "label" | "score" | "length";

export interface Filter {
  readonly text: string;
  readonly order: Order;
  readonly descending: boolean;
}

export function matches(segment: Segment, wanted: string): boolean {
  if (wanted === "") return true;
  const texts = [
    segment.label,
    segment.text,
    segment.speaker,
    ...(segment.tags ?? []).map(([, value]) => value),
  ];
  return texts.some((text) => text?.toLowerCase().includes(wanted));
}

const COMPARE: Record<Exclude<Order, "time">, (a: Segment, b: Segment) => number> = {
  label: (a, b) => compareText(a.label ?? "", b.label ?? ""),
  score: (a, b) => (a.score ?? 2) - (b.score ?? 2),
  length: (a, b) => a.end - a.start - (b.end - b.start),
};

// Far quicker than by the rules of a language, which 100,000 labels would make felt.
const compareText = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0);

/** `all` comes in order of time. */
export function rowsOf(all: readonly Segment[], { text, order, descending }: Filter): readonly Segment[] {
  const wanted = text.trim().toLowerCase();
  const found = wanted === "" ? all : all.filter((one) => matches(one, wanted));
  const sorted = order === "time" ? found : [...found].sort(COMPARE[order]);
  return descending ? [...sorted].reverse() : sorted;
}
