/** Arithmetic of single segments: equality, names, tags, bounds. */
import type { SchemaPlainSegment, SchemaSegmentBody } from "../../api/schema";
import type { Segment } from "../types";

const ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz";

/** A name for a new segment that nobody else chooses: 26 letters, by time first as the server's own names. */
export function newId(now = Date.now()): string {
  let time = now;
  let begin = "";
  for (let n = 0; n < 10; n++) {
    begin = ALPHABET[time % 32] + begin;
    time = Math.floor(time / 32);
  }
  // `randomUUID` is missing where pages come over plain HTTP, as in many laboratories.
  const random = crypto.getRandomValues(new Uint8Array(16));
  return begin + [...random].map((byte) => ALPHABET[byte % 32]).join("");
}

const PLAIN = [
  "start",
  "end",
  "channel",
  "label",
  "text",
  "speaker",
  "language",
  "score",
  "low_hz",
  "high_hz",
] as const;

type Value = SchemaPlainSegment | null;

/** Whether two states of a segment say the same; what is missing, null or an empty list means the same. */
export function same(a: Value, b: Value): boolean {
  if (a === b) return true;
  if (a === null || b === null) return false;
  if (PLAIN.some((name) => (a[name] ?? null) !== (b[name] ?? null))) return false;
  return sameTags(a.tags ?? [], b.tags ?? []) && sameWords(a.words ?? [], b.words ?? []);
}

function sameTags(a: readonly [string, string][], b: readonly [string, string][]): boolean {
  return a.length === b.length && a.every(([name, value], n) => b[n]?.[0] === name && b[n]?.[1] === value);
}

type Words = NonNullable<SchemaPlainSegment["words"]>;

function sameWords(a: Words, b: Words): boolean {
  if (a === b) return true;
  return a.length === b.length && a.every((word, n) => sameWord(word, b[n]));
}

function sameWord(a: Words[number], b: Words[number] | undefined): boolean {
  if (b === undefined || a.text !== b.text) return false;
  return a.start === b.start && a.end === b.end && (a.score ?? null) === (b.score ?? null);
}

/** What the server wants to know of a segment: without its name, and without what has no value. */
export function bodyOf(segment: SchemaPlainSegment): SchemaSegmentBody {
  const body: SchemaSegmentBody = { start: segment.start, end: segment.end };
  for (const name of PLAIN) {
    const value = segment[name];
    if (value !== undefined && value !== null) Object.assign(body, { [name]: value });
  }
  if (segment.tags?.length) body.tags = segment.tags;
  if (segment.words?.length) body.words = segment.words;
  return body;
}

/** Give a state its name back. */
export function named(id: string, plain: SchemaPlainSegment): Segment {
  return { ...bodyOf(plain), id };
}

// Tags ----------------------------------------------------------------------------------------------------------------

export function tagOf(segment: Segment, name: string): string | null {
  return segment.tags?.find(([key]) => key === name)?.[1] ?? null;
}

/** The segment with one tag set, or without it where the value is null. */
export function withTag(segment: Segment, name: string, value: string | null): Segment {
  const tags = segment.tags ?? [];
  const at = tags.findIndex(([key]) => key === name);
  if (value === null) return { ...segment, tags: tags.filter(([key]) => key !== name) };
  if (at < 0) return { ...segment, tags: [...tags, [name, value]] };
  return { ...segment, tags: tags.map((tag, n) => (n === at ? [name, value] : tag)) };
}

export const UNCERTAIN = "uncertain";

export function isUncertain(segment: Segment): boolean {
  return tagOf(segment, UNCERTAIN) === "yes";
}

// Bounds --------------------------------------------------------------------------------------------------------------

/** Shorter ones are slips of the hand; a person types them if they are meant. */
export const MIN_SECONDS = 0.005;
const MIN_HZ = 1;

export interface Limits {
  duration: number;
  /** Half the sample rate: no sound is above. */
  nyquist: number;
}

/** Times are kept to the microsecond: less than one sample, and no tails like 0.30000000000000004. */
export function tidy(value: number): number {
  return Math.round(value * 1e6) / 1e6;
}

/** An interval inside the recording and not too short; the moved end gives way. */
export function spanWithin(start: number, end: number, limits: Limits): [number, number] {
  const [from, to] = start <= end ? [start, end] : [end, start];
  const low = Math.min(Math.max(from, 0), Math.max(limits.duration - MIN_SECONDS, 0));
  const high = Math.min(Math.max(to, low + MIN_SECONDS), Math.max(limits.duration, low));
  return [tidy(low), tidy(high)];
}

/** A frequency band below half the sample rate. */
export function bandWithin(low: number, high: number, limits: Limits): [number, number] {
  const [from, to] = low <= high ? [low, high] : [high, low];
  const bottom = Math.min(Math.max(from, 0), Math.max(limits.nyquist - MIN_HZ, 0));
  return [tidy(bottom), tidy(Math.min(Math.max(to, bottom + MIN_HZ), limits.nyquist))];
}
