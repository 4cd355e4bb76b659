/** Who speaks: names, their order, and giving them. */

import type { Segment } from "../types";
import type { Edit } from "./edits";

export interface Speaker {
  readonly name: string;
  /** Segments that are theirs. */
  readonly count: number;
  readonly seconds: number;
}

/** All who speak, in the order in which they are first heard. */
export function speakersOf(segments: readonly Segment[]): Speaker[] {
  const found = new Map<string, { name: string; count: number; seconds: number }>();
  for (const { speaker, start, end } of segments) {
    if (speaker == null || speaker === "") continue;
    const held = found.get(speaker) ?? { name: speaker, count: 0, seconds: 0 };
    held.count++;
    held.seconds += end - start;
    found.set(speaker, held);
  }
  return [...found.values()];
}

/** Places of speakers, for colours and digits: who has one keeps it, the freed and then new ones go to who comes. */
export function seated(before: readonly (string | null)[], present: readonly string[]): (string | null)[] {
  const here = new Set(present);
  const seats = before.map((name) => (name !== null && here.has(name) ? name : null));
  const held = new Set(seats);
  for (const name of present) {
    if (held.has(name)) continue;
    const free = seats.indexOf(null);
    if (free >= 0) seats[free] = name;
    else seats.push(name);
  }
  return seats;
}

export function assignEdits(segments: readonly Segment[], speaker: string | null): Edit[] {
  return segments
    .filter((segment) => (segment.speaker ?? null) !== speaker)
    .map((segment) => ({ id: segment.id, after: { ...segment, speaker } }));
}

/** Give all segments of a speaker to another name. */
export function renameEdits(segments: readonly Segment[], from: string, to: string): Edit[] {
  return assignEdits(
    segments.filter((segment) => segment.speaker === from),
    to,
  );
}

/** The first name of a series that nobody has: `Speaker 3`. */
export function freeName(taken: readonly string[], nameFor: (number: number) => string): string {
  const names = new Set(taken.map((name) => name.toLocaleLowerCase()));
  let number = taken.length + 1;
  while (names.has(nameFor(number).toLocaleLowerCase())) number++;
  return nameFor(number);
}
