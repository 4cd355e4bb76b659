/**
 * Wheel, pinch and dragging: how the view is moved by hand.
 *
 * Wheel: zooms around the pointer (or moves in time, if the reader chose so); with Ctrl or Cmd, and by pinching, it always
 * zooms; with Shift, or tilted, it moves in time, as in Audacity, Raven and Whombat; with Alt it scrolls channels.
 * Two fingers: pinch and move. Middle button, or the tool `pan`: drag. Overview: drag the window, its edges, or anywhere.
 */
import { lengthOf, pan, zoom } from "../model/view";
import type { View } from "../types";
import { windowOf } from "./paintOverview";

const PER_LINE = 16;
/** Steps of a mouse wheel are large, those of a pinch small: both are brought to at most this much. */
const MOST_DELTA = 30;
const ZOOM_PER_PIXEL = 0.01;
/** How near the edge of the overview's window counts as on it. */
const GRIP = 8;

export type WheelEffect =
  | { kind: "zoom"; factor: number }
  | { kind: "pan"; pixels: number }
  | { kind: "scroll"; pixels: number };

type WheelInput = Pick<
  WheelEvent,
  "deltaX" | "deltaY" | "deltaMode" | "ctrlKey" | "metaKey" | "shiftKey" | "altKey"
>;

/** What a turn of the wheel does. */
export function wheelEffect(event: WheelInput, plain: "zoom" | "pan"): WheelEffect {
  const unit = event.deltaMode === 0 ? 1 : event.deltaMode === 1 ? PER_LINE : 400;
  const [x, y] = [event.deltaX * unit, event.deltaY * unit];
  const zoomed = (): WheelEffect => {
    const held = Math.min(Math.max(y, -MOST_DELTA), MOST_DELTA);
    return { kind: "zoom", factor: Math.exp(held * ZOOM_PER_PIXEL) };
  };
  if (event.ctrlKey || event.metaKey) return zoomed();
  if (event.altKey) return { kind: "scroll", pixels: y };
  if (event.shiftKey || Math.abs(x) > Math.abs(y)) return { kind: "pan", pixels: x === 0 ? y : x };
  return plain === "pan" ? { kind: "pan", pixels: y } : zoomed();
}

interface Finger {
  readonly x: number;
  readonly y: number;
}

/** The view after two fingers moved: what was under them stays under them. */
export function pinch(
  view: View,
  width: number,
  before: readonly [Finger, Finger],
  after: readonly [Finger, Finger],
  duration: number,
): View {
  const apart = (pair: readonly [Finger, Finger]): number =>
    Math.hypot(pair[0].x - pair[1].x, pair[0].y - pair[1].y);
  const middle = (pair: readonly [Finger, Finger]): number => (pair[0].x + pair[1].x) / 2;
  const perPixel = lengthOf(view) / width;
  const around = view.start + middle(before) * perPixel;
  const zoomed = zoom(view, apart(before) / Math.max(1, apart(after)), around, duration);
  return pan(zoomed, -((middle(after) - middle(before)) * lengthOf(zoomed)) / width, duration);
}

export type Grip = "start" | "end" | "inside" | "outside";

/** Where on the overview's window a point is. */
export function gripAt(x: number, view: View, width: number, duration: number): Grip {
  const [left, right] = windowOf(view, width, duration);
  const reach = Math.min(GRIP, (right - left) / 3);
  if (x >= left - GRIP && x <= left + reach) return "start";
  if (x >= right - reach && x <= right + GRIP) return "end";
  return x > left && x < right ? "inside" : "outside";
}

/** The view after its window was dragged by `seconds` from where it was taken. */
export function dragWindow(
  taken: View,
  grip: Grip,
  seconds: number,
  duration: number,
  shortest: number,
): View {
  if (grip === "start")
    return { start: Math.min(Math.max(0, taken.start + seconds), taken.end - shortest), end: taken.end };
  if (grip === "end")
    return {
      start: taken.start,
      end: Math.max(Math.min(duration, taken.end + seconds), taken.start + shortest),
    };
  return pan(taken, seconds, duration);
}
