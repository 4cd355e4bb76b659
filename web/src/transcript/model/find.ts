/** Finding and replacing in the text of segments. */
import type { Edit } from "../../editor/model/edits";
import { withText } from "../../editor/model/words";
import type { Segment } from "../../editor/types";

export interface Search {
  readonly text: string;
  readonly matchCase: boolean;
  readonly wholeWord: boolean;
  readonly regex: boolean;
}

export interface Pattern {
  /** Null where nothing is looked for, or it cannot be read. */
  readonly pattern: RegExp | null;
  /** What is wrong with a regular expression, in the browser's words. */
  readonly error: string | null;
}

export interface Match {
  readonly id: string;
  /** Place in the segment's text. */
  readonly from: number;
  readonly to: number;
}

const escaped = (text: string) => text.replace(/[\\^$.*+?()[\]{}|/]/g, "\\$&");

export function patternOf({ text, matchCase, wholeWord, regex }: Search): Pattern {
  if (text === "") return { pattern: null, error: null };
  const body = regex ? text : escaped(text);
  const whole = wholeWord ? `(?<![\\p{L}\\p{N}_])(?:${body})(?![\\p{L}\\p{N}_])` : body;
  try {
    return { pattern: new RegExp(whole, matchCase ? "gu" : "giu"), error: null };
  } catch (error) {
    return { pattern: null, error: error instanceof Error ? error.message : String(error) };
  }
}

/** Places in a text; those without a letter in them are none. */
export function placesIn(text: string, pattern: RegExp): [number, number][] {
  return [...text.matchAll(pattern)]
    .filter((found) => found[0] !== "")
    .map((found) => [found.index, found.index + found[0].length]);
}

export function findAll(segments: readonly Segment[], pattern: RegExp | null): Match[] {
  if (pattern === null) return [];
  return segments.flatMap(({ id, text }) =>
    text ? placesIn(text, pattern).map(([from, to]) => ({ id, from, to })) : [],
  );
}

/** A text with places replaced: all, or the one that begins somewhere. In expressions, `$1` is what a group found. */
export function replaceIn(
  text: string,
  pattern: RegExp,
  replacement: string,
  regex: boolean,
  only: number | null = null,
): string {
  return text.replace(pattern, (...given: unknown[]) => {
    const found = given.find((one, n): one is number => n > 0 && typeof one === "number") ?? 0;
    const whole = String(given[0]);
    if (whole === "" || (only !== null && found !== only)) return whole;
    return regex ? expanded(replacement, given) : replacement;
  });
}

/** `$1`, `$<name>`, `$&` and `$$` of a replacement. */
function expanded(replacement: string, given: readonly unknown[]): string {
  const groups = given.at(-1);
  const named = typeof groups === "object" && groups !== null ? (groups as Record<string, string>) : {};
  const count = given.findIndex((one, n) => n > 0 && typeof one === "number");
  return replacement.replace(/\$(?:(\$)|(&)|(\d{1,2})|<([^>]*)>)/g, (whole, dollar, all, number, name) => {
    if (dollar) return "$";
    if (all) return String(given[0]);
    if (name !== undefined) return named[name] ?? "";
    const group = Number(number);
    return group > 0 && group < count ? String(given[group] ?? "") : whole;
  });
}

/** Edits that replace all places, and how many those are. */
export function replaceAll(
  segments: readonly Segment[],
  pattern: RegExp,
  replacement: string,
  regex: boolean,
): { edits: Edit[]; count: number } {
  const edits: Edit[] = [];
  let count = 0;
  for (const segment of segments) {
    const found = segment.text ? placesIn(segment.text, pattern).length : 0;
    if (found === 0 || !segment.text) continue;
    count += found;
    const text = replaceIn(segment.text, pattern, replacement, regex);
    if (text !== segment.text) edits.push({ id: segment.id, after: withText(segment, text) });
  }
  return { edits, count };
}

/** The next match from a place in the list of lines, around the end; -1 where there is none. */
export function nextMatch(
  matches: readonly Match[],
  order: ReadonlyMap<string, number>,
  from: { id: string; at: number } | null,
  direction: 1 | -1,
): number {
  if (matches.length === 0) return -1;
  if (from === null) return direction > 0 ? 0 : matches.length - 1;
  const here = order.get(from.id) ?? 0;
  const placed = (match: Match) => (order.get(match.id) ?? 0) - here || match.from - from.at;
  if (direction > 0) {
    const found = matches.findIndex((match) => placed(match) > 0);
    return Math.max(found, 0);
  }
  const found = matches.findLastIndex((match) => placed(match) < 0);
  return found < 0 ? matches.length - 1 : found;
}
