import type { Segment } from "../../src/editor/types";

/** A segment whose words last a second each, from `start` on. */
export function spoken(id: string, start: number, text: string, more: Partial<Segment> = {}): Segment {
  const texts = text.split(" ").filter(Boolean);
  const words = texts.map((word, n) => ({ text: word, start: start + n, end: start + n + 0.8, score: 0.9 }));
  return { id, start, end: start + Math.max(1, texts.length), text, words, label: "speech", ...more };
}

export const timesOf = (segment: Segment) =>
  (segment.words ?? []).map((word) => [word.text, word.start, word.end]);
