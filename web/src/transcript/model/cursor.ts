/** Moving over words and lines by keys. */
import type { Segment } from "../../editor/types";
import { isDoubtful, pieceAt, piecesOf } from "./pieces";

/** A word: its line, and its place there; 0 in a line without words. */
export interface Cursor {
  readonly id: string;
  readonly piece: number;
}

const lastOf = (line: Segment) => Math.max(0, piecesOf(line).length - 1);

/** The next word, in the next line after the last one; null at the end. */
export function stepWord(
  lines: readonly Segment[],
  at: number,
  piece: number,
  direction: 1 | -1,
): Cursor | null {
  const line = lines[at];
  if (line === undefined) return null;
  const next = piece + direction;
  if (next >= 0 && next <= lastOf(line)) return { id: line.id, piece: next };
  const other = lines[at + direction];
  return other ? { id: other.id, piece: direction > 0 ? 0 : lastOf(other) } : null;
}

/** The line above or below, at the word that lies as far in. */
export function stepLine(lines: readonly Segment[], at: number, piece: number, by: number): Cursor | null {
  const line = lines[Math.min(Math.max(at + by, 0), lines.length - 1)];
  return line ? { id: line.id, piece: Math.min(piece, lastOf(line)) } : null;
}

/** The next word to look at again, around the end; null where there is none. */
export function stepDoubt(
  lines: readonly Segment[],
  from: { at: number; piece: number },
  direction: 1 | -1,
  threshold: number,
): Cursor | null {
  for (let k = 0; k <= lines.length; k++) {
    const at = (((from.at + k * direction) % lines.length) + lines.length) % lines.length;
    const line = lines[at];
    if (line === undefined) return null;
    const pieces = piecesOf(line);
    const fits = (n: number) => {
      const piece = pieces[n];
      if (!piece || !isDoubtful(piece, threshold)) return false;
      if (k === 0) return direction > 0 ? n > from.piece : n < from.piece;
      return true;
    };
    const places = pieces.map((_, n) => n).filter(fits);
    const found = direction > 0 ? places[0] : places.at(-1);
    if (found !== undefined) return { id: line.id, piece: found };
  }
  return null;
}

/** The word that is heard at a moment: of the line that began last; null between lines. */
export function wordAt(lines: readonly Segment[], time: number): Cursor | null {
  const line = lines.filter((one) => one.start <= time && time < one.end).at(-1);
  return line ? { id: line.id, piece: pieceAt(piecesOf(line), time) } : null;
}
