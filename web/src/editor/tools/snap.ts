/** Edges that are near another one go exactly there, so that neighbours touch and no gap of a few samples is left. */
import type { Segment, SegmentSource } from "../types";

/** How near, in pixels. */
export const SNAP_PIXELS = 6;

/** The nearest of some moments within reach; the moment itself where none is. */
export function snapTo(time: number, moments: Iterable<number>, reach: number): number {
  let [best, distance] = [time, reach];
  for (const moment of moments) {
    const away = Math.abs(moment - time);
    if (away <= distance) [best, distance] = [moment, away];
  }
  return best;
}

/** Edges near a moment of segments on the same channel, but those that are being moved. */
export function edgesNear(
  source: SegmentSource,
  time: number,
  reach: number,
  channel: number | null,
  moving: ReadonlySet<string>,
): number[] {
  const near = source.overlapping(Math.max(0, time - reach), time + reach + 1e-9);
  return near
    .filter((one) => !moving.has(one.id) && isBeside(one, channel))
    .flatMap((one) => [one.start, one.end]);
}

function isBeside(segment: Segment, channel: number | null): boolean {
  const own = segment.channel ?? null;
  return own === null || channel === null || own === channel;
}

/** How far both edges of an interval move together so that one of them meets an edge. */
export function snapShift(start: number, end: number, edges: (time: number) => number): number {
  const [left, right] = [edges(start) - start, edges(end) - end];
  if (left === 0) return right;
  if (right === 0) return left;
  return Math.abs(left) <= Math.abs(right) ? left : right;
}
