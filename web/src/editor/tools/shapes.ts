/** What becomes of segments that are dragged or nudged, within the recording. */
import { bandWithin, type Limits, MIN_SECONDS, spanWithin, tidy } from "../model/segments";
import { shifted } from "../model/words";
import type { Draft, Edge, Segment } from "../types";

/** An edge elsewhere; it stops before the opposite one and at the ends of the recording. */
export function resized(segment: Segment, edge: Edge, to: number, limits: Limits): Segment {
  if (edge === "start") {
    const start = Math.min(Math.max(0, to), segment.end - MIN_SECONDS);
    return { ...segment, start: tidy(Math.max(0, start)) };
  }
  if (edge === "end") {
    const end = Math.max(Math.min(limits.duration, to), segment.start + MIN_SECONDS);
    return { ...segment, end: tidy(Math.min(end, Math.max(limits.duration, segment.end))) };
  }
  const [low, high] = [segment.low_hz ?? 0, segment.high_hz ?? limits.nyquist];
  if (edge === "low")
    return { ...segment, low_hz: bandWithin(Math.min(to, high - 1), high, limits)[0], high_hz: high };
  return { ...segment, low_hz: low, high_hz: bandWithin(low, Math.max(to, low + 1), limits)[1] };
}

/** How far segments can move together without leaving the recording. */
export function possibleShift(segments: readonly Segment[], by: number, limits: Limits): number {
  const first = Math.min(...segments.map((one) => one.start));
  const last = Math.max(...segments.map((one) => one.end));
  return Math.max(-first, Math.min(by, Math.max(0, limits.duration - last)));
}

/** A segment elsewhere in time, and in frequency where it has a band; both keep their size. */
export function moved(segment: Segment, seconds: number, hz: number, limits: Limits): Segment {
  const one = shifted(segment, possibleShift([segment], seconds, limits));
  const [low, high] = [one.low_hz ?? null, one.high_hz ?? null];
  if (hz === 0 || low === null || high === null) return one;
  const by = Math.max(-low, Math.min(hz, limits.nyquist - high));
  return { ...one, low_hz: tidy(low + by), high_hz: tidy(high + by) };
}

interface Corner {
  readonly time: number;
  readonly hz: number | null;
}

/** What is drawn between two corners: an interval, or a box where both have a frequency. */
export function drawn(
  from: Corner,
  to: Corner,
  channel: number | null,
  label: string | null,
  limits: Limits,
): Draft {
  const [start, end] = spanWithin(from.time, to.time, limits);
  const isBox = from.hz !== null && to.hz !== null;
  const [lowHz, highHz] = isBox ? bandWithin(from.hz ?? 0, to.hz ?? 0, limits) : [null, null];
  return { start, end, lowHz, highHz, channel, label, replaces: null };
}

export function draftOf(segment: Segment): Draft {
  return {
    start: segment.start,
    end: segment.end,
    lowHz: segment.low_hz ?? null,
    highHz: segment.high_hz ?? null,
    channel: segment.channel ?? null,
    label: segment.label ?? null,
    replaces: segment.id,
  };
}

export function segmentOf(draft: Draft, id: string): Segment {
  const { start, end, channel, label, lowHz, highHz } = draft;
  return {
    id,
    start,
    end,
    ...(channel === null ? {} : { channel }),
    ...(label === null ? {} : { label }),
    ...(lowHz === null || highHz === null ? {} : { low_hz: lowHz, high_hz: highHz }),
  };
}

export interface Frame {
  readonly start: number;
  readonly end: number;
  readonly lowHz: number | null;
  readonly highHz: number | null;
  readonly channel: number | null;
}

/** Whether a rubber band that was drawn around segments catches one: it need only touch it. */
export function isCaught(segment: Segment, frame: Frame): boolean {
  if (segment.end < frame.start || segment.start > frame.end) return false;
  const channel = segment.channel ?? null;
  if (frame.channel !== null && channel !== null && channel !== frame.channel) return false;
  if (frame.lowHz === null || frame.highHz === null) return true;
  return (segment.high_hz ?? Infinity) >= frame.lowHz && (segment.low_hz ?? 0) <= frame.highHz;
}
