/** Arithmetic of waveforms: columns of fixed lengths on one grid, in chunks, so that panning needs nothing twice. */
import type { View } from "../types";

/** Length of a column of level 0; one of level `n` is `4 ** n` times as long, finer ones have negative levels. */
export const COLUMN_SECONDS = 0.01;
const FACTOR = 4;
export const CHUNK_COLUMNS = 1024;
const FINEST = -5;

export function columnSeconds(level: number): number {
  return COLUMN_SECONDS * FACTOR ** level;
}

/** The finest level at which columns are not shorter than samples. */
export function finestLevel(sampleRate: number): number {
  const level = Math.ceil(Math.log(1 / (sampleRate * COLUMN_SECONDS)) / Math.log(FACTOR) - 1e-9);
  return Math.min(0, Math.max(level, FINEST));
}

/** The level whose first chunk holds the whole recording. */
export function topLevel(duration: number): number {
  let level = 0;
  while (columnSeconds(level) * CHUNK_COLUMNS < duration) level++;
  return level;
}

/** The coarsest level with at least one column per pixel. */
export function levelFor(secondsPerPixel: number, sampleRate: number, duration: number): number {
  const level = Math.floor(Math.log(secondsPerPixel / COLUMN_SECONDS) / Math.log(FACTOR) + 1e-9);
  return Math.min(Math.max(level, finestLevel(sampleRate)), topLevel(duration));
}

export function chunkSeconds(level: number): number {
  return columnSeconds(level) * CHUNK_COLUMNS;
}

/** Chunks of a level that a view shows. */
export function chunksFor(level: number, view: View, duration: number): number[] {
  const seconds = chunkSeconds(level);
  const last = Math.max(0, Math.ceil(duration / seconds - 1e-9) - 1);
  const first = Math.min(Math.max(Math.floor(view.start / seconds + 1e-9), 0), last);
  const end = Math.min(Math.max(Math.ceil(view.end / seconds - 1e-9) - 1, first), last);
  return Array.from({ length: end - first + 1 }, (_, k) => first + k);
}

/** What to ask the server for; the last chunk ends with the recording, its last column may stand for less. */
export interface ChunkRequest {
  readonly start: number;
  readonly end: number;
  readonly columns: number;
}

export function requestOf(level: number, index: number, duration: number): ChunkRequest {
  const start = index * chunkSeconds(level);
  const end = Math.min(start + chunkSeconds(level), duration);
  const columns = Math.max(1, Math.ceil((end - start) / columnSeconds(level) - 1e-6));
  return { start, end, columns };
}

/** Smallest and largest samples, one pair per column, and where they lie. */
export interface Chunk extends ChunkRequest {
  readonly values: Int16Array;
}

/** Where no sound is known; no sample is larger than 32767. */
export const NOTHING = -32768;

/**
 * Smallest and largest samples for each pixel from `from` to `until`, written as pairs into `out`.
 *
 * A pixel that begins within a column shows all of it, so that nothing loud is lost between two pixels.
 */
export function pool(
  chunk: Chunk,
  view: View,
  width: number,
  from: number,
  until: number,
  out: Int16Array,
): void {
  const perPixel = (view.end - view.start) / width;
  const perColumn = (chunk.end - chunk.start) / chunk.columns;
  for (let x = from; x < until; x++) {
    const time = view.start + x * perPixel - chunk.start;
    const first = Math.max(0, Math.floor(time / perColumn + 1e-6));
    const last = Math.min(
      chunk.columns - 1,
      Math.max(first, Math.ceil((time + perPixel) / perColumn - 1e-6) - 1),
    );
    // A pixel between two chunks has a part from each.
    let [low, high] =
      out[2 * x + 1] === NOTHING ? [32767, NOTHING] : [out[2 * x] as number, out[2 * x + 1] as number];
    for (let column = first; column <= last; column++) {
      low = Math.min(low, chunk.values[2 * column] as number);
      high = Math.max(high, chunk.values[2 * column + 1] as number);
    }
    if (high === NOTHING) continue;
    out[2 * x] = low;
    out[2 * x + 1] = high;
  }
}
