/** A text cut for the screen: words, what stands between them, and what a search found in both. */
import type { Piece } from "./pieces";

export interface Mark {
  readonly from: number;
  readonly to: number;
  /** The one that the search stands on. */
  readonly current: boolean;
}

export interface Part {
  readonly text: string;
  readonly mark: "none" | "match" | "current";
}

export interface Span {
  /** Which word it is; null between words. */
  readonly piece: number | null;
  readonly parts: readonly Part[];
}

/** Cut text from one place to another at the ends of marks. */
function partsOf(text: string, from: number, to: number, marks: readonly Mark[]): Part[] {
  const parts: Part[] = [];
  let at = from;
  for (const mark of marks) {
    const [begin, end] = [Math.max(mark.from, at), Math.min(mark.to, to)];
    if (end <= begin) continue;
    if (begin > at) parts.push({ text: text.slice(at, begin), mark: "none" });
    parts.push({ text: text.slice(begin, end), mark: mark.current ? "current" : "match" });
    at = end;
  }
  if (at < to) parts.push({ text: text.slice(at, to), mark: "none" });
  return parts;
}

/** `marks` are in order and do not overlap. */
export function spansOf(text: string, pieces: readonly Piece[], marks: readonly Mark[]): Span[] {
  const spans: Span[] = [];
  let at = 0;
  pieces.forEach((piece, n) => {
    if (piece.at > at) spans.push({ piece: null, parts: partsOf(text, at, piece.at, marks) });
    at = piece.at + piece.text.length;
    spans.push({ piece: n, parts: partsOf(text, piece.at, at, marks) });
  });
  if (at < text.length) spans.push({ piece: null, parts: partsOf(text, at, text.length, marks) });
  return spans;
}
