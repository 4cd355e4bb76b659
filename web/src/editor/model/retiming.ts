/** Words that follow their text: who corrects a transcript does not say anew when each word was spoken. As on the server. */
import type { SchemaWordAnswer } from "../../api/schema";
import type { Segment } from "../types";
import { tidy } from "./segments";

type Word = SchemaWordAnswer;
/** A token of a text, and the words that it was heard as. */
type Heard = readonly [token: string, words: readonly Word[]];

/** Kana and Han, where each character may be a word. */
const UNSPACED =
  "\\u3005-\\u3007\\u3040-\\u30ff\\u31f0-\\u31ff\\u3400-\\u4dbf\\u4e00-\\u9fff\\uf900-\\ufaff\\u{20000}-\\u{3ffff}";
const TOKEN = new RegExp(`[${UNSPACED}][、。，．！？：；」』）】〕〉》］｝・…]*|[^\\s${UNSPACED}]+`, "gu");
/** Pairs of tokens that are compared between the first and the last change; beyond, all between counts as replaced. */
const MOST_COMPARED = 40_000;

export interface Token {
  readonly text: string;
  /** Where it begins in the text. */
  readonly at: number;
}

/** What stands between spaces, and single characters where a script has none. */
export function tokensOf(text: string): Token[] {
  return [...text.matchAll(TOKEN)].map((found) => ({ text: found[0], at: found.index }));
}

/** What makes a word the same: its letters and digits, whatever their case. */
function keyOf(token: string): string {
  return token.toLowerCase().replace(/[^\p{L}\p{N}]/gu, "") || token;
}

/** Where each word begins in the text; null where they are not the words of that text. */
export function placesOf(text: string, words: readonly Word[]): number[] | null {
  let at = 0;
  const places: number[] = [];
  for (const word of words) {
    const found = text.indexOf(word.text, at);
    if (found < 0) return null;
    places.push(found);
    at = found + word.text.length;
  }
  return places;
}

function momentIn(word: Word, part: number): number {
  return word.start + (word.end - word.start) * Math.min(Math.max(part, 0), 1);
}

/** The words of each token of their text. */
function heardIn(text: string, words: readonly Word[]): Heard[] {
  const begins = placesOf(text, words);
  if (begins === null) return words.filter((word) => word.text.trim()).map((word) => [word.text, [word]]);
  const endOf = (n: number) => (begins[n] ?? 0) + (words[n]?.text.length ?? 0);
  const found: Heard[] = [];
  let first = 0;
  for (const token of tokensOf(text)) {
    const stop = token.at + token.text.length;
    while (first < words.length && endOf(first) <= token.at) first++;
    let last = first;
    while (last < words.length && (begins[last] ?? 0) < stop) last++;
    const [head, tail] = [words[first], words[last - 1]];
    if (first >= last || !head || !tail) continue;
    const isCut = (begins[first] ?? 0) < token.at || endOf(last - 1) > stop;
    if (!isCut) found.push([token.text, words.slice(first, last)]);
    else {
      const start = momentIn(head, (token.at - (begins[first] ?? 0)) / head.text.length);
      const end = momentIn(tail, (stop - (begins[last - 1] ?? 0)) / tail.text.length);
      found.push([token.text, [{ text: token.text, start, end: Math.max(start, end) }]]);
    }
  }
  return found;
}

/** What is the same and what is not: its range in both lists. */
interface Run {
  readonly same: boolean;
  readonly old: readonly [number, number];
  readonly new: readonly [number, number];
}

/** Pairs of places whose keys are alike, in order: the longest such run of pairs. */
function alike(a: readonly string[], b: readonly string[]): [number, number][] {
  const width = b.length + 1;
  const best = new Uint32Array((a.length + 1) * width);
  for (let i = a.length - 1; i >= 0; i--) {
    for (let j = b.length - 1; j >= 0; j--) {
      const skip = Math.max(best[(i + 1) * width + j] ?? 0, best[i * width + j + 1] ?? 0);
      best[i * width + j] = a[i] === b[j] ? (best[(i + 1) * width + j + 1] ?? 0) + 1 : skip;
    }
  }
  const pairs: [number, number][] = [];
  let [i, j] = [0, 0];
  while (i < a.length && j < b.length) {
    if (a[i] === b[j]) pairs.push([i++, j++]);
    else if ((best[(i + 1) * width + j] ?? 0) >= (best[i * width + j + 1] ?? 0)) i++;
    else j++;
  }
  return pairs;
}

function runsOf(a: readonly string[], b: readonly string[]): Run[] {
  const shorter = Math.min(a.length, b.length);
  let head = 0;
  while (head < shorter && a[head] === b[head]) head++;
  let tail = 0;
  while (tail < shorter - head && a[a.length - 1 - tail] === b[b.length - 1 - tail]) tail++;
  const [i, j] = [a.length - tail, b.length - tail];
  const few = (i - head) * (j - head) <= MOST_COMPARED;
  const middle = few ? alike(a.slice(head, i), b.slice(head, j)) : [];
  const pairs: [number, number][] = [
    ...Array.from({ length: head }, (_, n): [number, number] => [n, n]),
    ...middle.map(([m, n]): [number, number] => [head + m, head + n]),
    ...Array.from({ length: tail }, (_, n): [number, number] => [i + n, j + n]),
  ];
  const runs: Run[] = [];
  let [m, n] = [0, 0];
  for (const [x, y] of [...pairs, [a.length, b.length] as const]) {
    if (x > m || y > n) runs.push({ same: false, old: [m, x], new: [n, y] });
    if (x < a.length && y < b.length) runs.push({ same: true, old: [x, x + 1], new: [y, y + 1] });
    [m, n] = [x + 1, y + 1];
  }
  return runs;
}

/** Share a time among words by their characters. */
export function spread(texts: readonly string[], start: number, end: number): Word[] {
  const total = texts.reduce((sum, text) => sum + text.length, 0);
  const length = Math.max(0, end - start);
  let at = 0;
  return texts.map((text) => {
    const from = start + (length * at) / Math.max(1, total);
    at += text.length;
    return { text, start: tidy(from), end: tidy(start + (length * at) / Math.max(1, total)) };
  });
}

/** The words of a token, or one in their place that is written otherwise; a score is the engine's word's. */
function respelled([text, words]: Heard, token: string, same: boolean): Word[] {
  const [first, last] = [words[0], words.at(-1)];
  if (text === token || !first || !last) return [...words];
  const end = Math.max(first.start, last.end);
  const word: Word = { text: token, start: first.start, end };
  return [same && words.length === 1 && first.score != null ? { ...word, score: first.score } : word];
}

/** Keep words inside their segment, none before the one before has ended. */
function inside(words: readonly Word[], segment: Segment): Word[] {
  let reach = segment.start;
  return words.map((word) => {
    const start = tidy(Math.min(Math.max(word.start, reach), segment.end));
    reach = tidy(Math.min(Math.max(word.end, start), segment.end));
    return start === word.start && reach === word.end ? word : { ...word, start, end: reach };
  });
}

/**
 * The words of a segment for another text. Those that agree with it keep their times, in the spelling of the text; what
 * was put in their place shares the time of what it replaces, what was put in between the time between its neighbours,
 * each by its characters; the times of what is gone go too. A segment without words gets none.
 */
export function retimed(segment: Segment, text: string): Word[] {
  const words = segment.words ?? [];
  if (words.length === 0 || text === segment.text) return words;
  const heard = heardIn(segment.text ?? "", words);
  const wanted = tokensOf(text).map((token) => token.text);
  const made: Word[] = [];
  const runs = runsOf(
    heard.map(([token]) => keyOf(token)),
    wanted.map(keyOf),
  );
  for (const run of runs) {
    const old = heard.slice(...run.old);
    const fresh = wanted.slice(...run.new);
    const reach = made.at(-1)?.end ?? segment.start;
    if (old.length === fresh.length) {
      old.forEach((one, n) => {
        made.push(...respelled(one, fresh[n] ?? "", run.same));
      });
    } else if (old.length > 0) {
      const [from, to] = [old[0]?.[1][0]?.start ?? reach, old.at(-1)?.[1].at(-1)?.end ?? reach];
      made.push(...spread(fresh, from, to));
    } else {
      made.push(...spread(fresh, reach, heard[run.old[1]]?.[1][0]?.start ?? segment.end));
    }
  }
  return inside(made, segment);
}
