/** Which stretch of time is on the screen: pan, zoom, fit and follow. All functions give a new view. */
import type { View } from "../types";

/** Seconds below which zooming in ends: a few hundred samples of speech over the screen. */
export const SHORTEST = 0.05;
/** Where the playhead lies after a page is turned, as a part of the view. */
const PAGE_LEAD = 0.05;
/** Room left and right of what is fitted, as a part of its length. */
const FIT_MARGIN = 0.1;

export const lengthOf = (view: View): number => view.end - view.start;

/** Keep a view within the recording and its length within what can be shown. */
export function clampView(view: View, duration: number): View {
  const whole = Math.max(duration, SHORTEST);
  const length = Math.min(Math.max(lengthOf(view), SHORTEST), whole);
  const start = Math.min(Math.max(view.start, 0), whole - length);
  return { start, end: start + length };
}

/** The whole recording. */
export function wholeView(duration: number): View {
  return { start: 0, end: Math.max(duration, SHORTEST) };
}

/** Move by seconds. */
export function pan(view: View, seconds: number, duration: number): View {
  return clampView({ start: view.start + seconds, end: view.end + seconds }, duration);
}

/** Show `factor` times as much; the moment `around` keeps its place on the screen where the ends allow it. */
export function zoom(view: View, factor: number, around: number, duration: number): View {
  const longest = Math.max(duration, SHORTEST);
  const length = Math.min(Math.max(lengthOf(view) * factor, SHORTEST), longest);
  const part = (around - view.start) / lengthOf(view);
  const start = around - part * length;
  return clampView({ start, end: start + length }, duration);
}

/** Show a stretch with some room on both sides. */
export function fit(start: number, end: number, duration: number): View {
  const margin = Math.max((end - start) * FIT_MARGIN, SHORTEST / 4);
  return clampView({ start: start - margin, end: end + margin }, duration);
}

/** Keep the length and put a moment into the middle. */
export function centre(view: View, time: number, duration: number): View {
  const half = lengthOf(view) / 2;
  return clampView({ start: time - half, end: time + half }, duration);
}

/** Move as little as needed to see a stretch; one longer than the view is seen from its start. */
export function reveal(view: View, start: number, end: number, duration: number): View {
  const length = lengthOf(view);
  const margin = Math.min(length * 0.05, Math.max(0, (length - (end - start)) / 2));
  if (start >= view.start && end <= view.end) return view;
  const before = start < view.start || end - start > length - 2 * margin;
  const from = before ? start - margin : end + margin - length;
  return clampView({ start: from, end: from + length }, duration);
}

export type Following = "off" | "page" | "smooth";

/** Keep the playhead on the screen: turn a page when it leaves, or hold it in the middle. */
export function follow(view: View, time: number, duration: number, how: Following): View {
  if (how === "off") return view;
  if (how === "smooth") return centre(view, time, duration);
  if (time >= view.start && time < view.end) return view;
  const start = time - lengthOf(view) * PAGE_LEAD;
  return clampView({ start, end: start + lengthOf(view) }, duration);
}

/** Pixels from the left for a moment. */
export function xOf(time: number, view: View, width: number): number {
  return ((time - view.start) / lengthOf(view)) * width;
}

/** The moment at pixels from the left. */
export function timeAt(x: number, view: View, width: number): number {
  return view.start + (x / width) * lengthOf(view);
}

export function sameView(a: View, b: View): boolean {
  return a.start === b.start && a.end === b.end;
}
