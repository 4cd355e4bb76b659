/** Words with their times when text is typed, or a segment is cut, joined or moved. */
import type { SchemaWordAnswer } from "../../api/schema";
import type { Segment } from "../types";
import { retimed } from "./retiming";
import { tidy } from "./segments";

type Word = SchemaWordAnswer;

const split = (text: string) => text.split(/\s+/).filter(Boolean);

/**
 * A segment with another text: words that stayed keep their times, new ones share what lies between them. A segment
 * that had no words gets none.
 */
export function withText(segment: Segment, text: string | null): Segment {
  if (!segment.words?.length || text === segment.text) return { ...segment, text };
  return { ...segment, text, words: text ? retimed(segment, text) : [] };
}

const textOf = (words: readonly Word[]) => words.map((word) => word.text).join(" ");

/** Both halves of a segment that is cut; each word goes where its middle lies. */
export function cut(segment: Segment, time: number, secondId: string): [Segment, Segment] {
  const words = segment.words ?? [];
  const isLeft = (word: Word) => (word.start + word.end) / 2 < time;
  const [left, right] = [words.filter(isLeft), words.filter((word) => !isLeft(word))];
  const first = { ...segment, end: tidy(time) };
  const second = { ...segment, id: secondId, start: tidy(time) };
  if (words.length === 0) return segment.text ? cutText(first, second, segment, time) : [first, second];
  return [
    {
      ...first,
      words: left.map((word) => ({ ...word, end: Math.min(word.end, first.end) })),
      text: textOf(left),
    },
    {
      ...second,
      words: right.map((word) => ({ ...word, start: Math.max(word.start, second.start) })),
      text: textOf(right),
    },
  ];
}

/** Without words the text is cut where its share of the time is. */
function cutText(first: Segment, second: Segment, whole: Segment, time: number): [Segment, Segment] {
  const texts = split(whole.text ?? "");
  const share = (time - whole.start) / Math.max(1e-9, whole.end - whole.start);
  const at = Math.round(texts.length * share);
  return [
    { ...first, text: texts.slice(0, at).join(" ") },
    { ...second, text: texts.slice(at).join(" ") },
  ];
}

/** Several segments as one, from the first start to the last end; it goes on under the name of the first. */
export function merged(segments: readonly Segment[]): Segment {
  const all = [...segments].sort((a, b) => a.start - b.start || a.end - b.end);
  const first = all[0];
  if (first === undefined) throw new Error("nothing to merge");
  const texts = all.map((one) => one.text).filter((text) => text);
  const whole: Segment = { ...first, start: first.start, end: Math.max(...all.map((one) => one.end)) };
  if (texts.length > 0) whole.text = texts.join(" ");
  const words = all.flatMap((one) => one.words ?? []);
  if (words.length > 0) whole.words = words;
  if (all.some((one) => one.channel !== first.channel)) whole.channel = null;
  const bands = all.map((one) => [one.low_hz, one.high_hz] as const);
  if (bands.every(([low, high]) => low != null && high != null)) {
    whole.low_hz = Math.min(...bands.map(([low]) => low ?? 0));
    whole.high_hz = Math.max(...bands.map(([, high]) => high ?? 0));
  } else if (bands.some(([low, high]) => low != null || high != null)) {
    whole.low_hz = null;
    whole.high_hz = null;
  }
  return { ...whole, score: null };
}

/** A segment elsewhere in time, with its words. */
export function shifted(segment: Segment, by: number): Segment {
  if (by === 0) return segment;
  const move = (time: number) => tidy(Math.max(0, time + by));
  const words = segment.words?.map((word) => ({ ...word, start: move(word.start), end: move(word.end) }));
  const moved = { ...segment, start: move(segment.start), end: move(segment.end) };
  return words ? { ...moved, words } : moved;
}
