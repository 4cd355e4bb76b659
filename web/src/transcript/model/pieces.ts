/** A segment's text word by word, with when each was spoken. */
import { placesOf, spread, tokensOf } from "../../editor/model/retiming";
import type { Segment } from "../../editor/types";

export interface Piece {
  readonly text: string;
  /** Where it begins in the text. */
  readonly at: number;
  readonly start: number;
  readonly end: number;
  /** Probability that the engine gave it; null where it gave none. */
  readonly score: number | null;
  /** Its place among the segment's words; null where its time is only guessed from its place in the text. */
  readonly word: number | null;
}

const known = new WeakMap<Segment, readonly Piece[]>();

/** The words of a text in order; asked for again, the same list. */
export function piecesOf(segment: Segment): readonly Piece[] {
  const held = known.get(segment);
  if (held) return held;
  const made = heard(segment) ?? guessed(segment);
  known.set(segment, made);
  return made;
}

function heard({ text, words }: Segment): Piece[] | null {
  if (!text || !words || words.length === 0) return null;
  const places = placesOf(text, words);
  if (places === null) return null;
  const pieces = words.map(
    (word, n): Piece => ({
      text: word.text.trim(),
      at: (places[n] ?? 0) + word.text.length - word.text.trimStart().length,
      start: word.start,
      end: word.end,
      score: word.score ?? null,
      word: n,
    }),
  );
  return pieces.filter((piece) => piece.text !== "");
}

function guessed({ text, start, end }: Segment): Piece[] {
  const tokens = tokensOf(text ?? "");
  const times = spread(
    tokens.map((token) => token.text),
    start,
    end,
  );
  return tokens.map((token, n) => ({
    ...token,
    start: times[n]?.start ?? start,
    end: times[n]?.end ?? end,
    score: null,
    word: null,
  }));
}

/** The piece that is spoken at a moment: the last that has begun; -1 before the first. */
export function pieceAt(pieces: readonly Piece[], time: number): number {
  let [low, high] = [0, pieces.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((pieces[middle]?.start ?? Infinity) <= time) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

/** The piece at a place in the text, or the first after it; the last one at the end. */
export function pieceAtOffset(pieces: readonly Piece[], offset: number): number {
  const found = pieces.findIndex((piece) => piece.at + piece.text.length > offset);
  return found < 0 ? pieces.length - 1 : found;
}

/** Whether a word is one to look at again. */
export function isDoubtful(piece: Piece, threshold: number): boolean {
  return piece.score !== null && piece.score < threshold;
}
