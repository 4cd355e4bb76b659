/** Cutting lines at a word, joining them, and making new ones. */
import { MIN_SECONDS, tidy } from "../../editor/model/segments";
import type { Segment } from "../../editor/types";
import { pieceAtOffset, piecesOf } from "./pieces";

/** Length of a new line where there is room, in seconds. */
export const NEW_SECONDS = 5;

/**
 * Both parts of a segment that is cut before the word at a place in its text; null where one of them would have no
 * words. The border lies in the middle of the pause between both words.
 */
export function splitAt(segment: Segment, offset: number, secondId: string): [Segment, Segment] | null {
  const text = segment.text ?? "";
  const pieces = piecesOf(segment);
  const at = offset >= text.trimEnd().length ? pieces.length : pieceAtOffset(pieces, offset);
  const [before, after] = [pieces[at - 1], pieces[at]];
  if (!before || !after) return null;
  const time = borderOf(segment, before.end, after.start);
  if (time === null) return null;
  const first: Segment = { ...segment, end: time, text: text.slice(0, after.at).trimEnd() };
  const second: Segment = { ...segment, id: secondId, start: time, text: text.slice(after.at).trimStart() };
  const { words } = segment;
  if (!words?.length) return [first, second];
  // Words whose places in the text are not known go where their middle lies.
  const word = after.word ?? words.filter((one) => (one.start + one.end) / 2 < time).length;
  first.words = words
    .slice(0, word)
    .map((one) => ({ ...one, start: Math.min(one.start, time), end: Math.min(one.end, time) }));
  second.words = words
    .slice(word)
    .map((one) => ({ ...one, start: Math.max(one.start, time), end: Math.max(one.end, time) }));
  return [first, second];
}

/** A moment between two words with room on both sides; null in a segment too short to be cut. */
function borderOf(segment: Segment, before: number, after: number): number | null {
  const [low, high] = [segment.start + MIN_SECONDS, segment.end - MIN_SECONDS];
  if (low > high) return null;
  return tidy(Math.min(Math.max((before + after) / 2, low), high));
}

/** Where a new line goes behind another: the gap up to the next line, or the rest of the recording. */
export function gapAfter(
  line: Segment | undefined,
  next: Segment | undefined,
  duration: number,
): { start: number; end: number } | null {
  const start = line?.end ?? 0;
  const stop = next && next.start > start ? next.start : next ? start : duration;
  const end = Math.min(stop, start + NEW_SECONDS, duration);
  return end - start >= MIN_SECONDS ? { start: tidy(start), end: tidy(end) } : null;
}

/** Where a new line goes at a moment: into the gap between lines that do not reach over it. */
export function gapAt(
  lines: readonly Segment[],
  time: number,
  duration: number,
): { start: number; end: number } | null {
  const covered = lines.some((line) => line.start <= time && time < line.end);
  if (covered) return null;
  const next = lines.find((line) => line.start > time);
  const end = Math.min(next?.start ?? duration, time + NEW_SECONDS, duration);
  return end - time >= MIN_SECONDS ? { start: tidy(time), end: tidy(end) } : null;
}

/** A word taken as right: it needs no second look. */
export function confirmed(segment: Segment, word: number): Segment {
  const words = (segment.words ?? []).map((one, n) => {
    if (n !== word) return one;
    const { score: _, ...sure } = one;
    return sure;
  });
  return { ...segment, words };
}
