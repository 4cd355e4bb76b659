/** What all painters draw with: a context in CSS pixels, and where things lie. */
import type { ColourOf, View } from "../types";
import type { Geometry } from "./geometry";
import type { Palette } from "./palette";

export interface Brush extends Geometry {
  readonly context: CanvasRenderingContext2D;
  readonly palette: Palette;
  readonly colourOf: ColourOf;
  /** Pixels of the screen for one CSS pixel. */
  readonly dense: number;
  readonly view: View;
}

/** On a whole pixel of the screen, so that edges are sharp and neighbours meet. */
export function snap(brush: Brush, value: number): number {
  return Math.round(value * brush.dense) / brush.dense;
}

/** Draw within a rectangle only. */
export function clipped(
  context: CanvasRenderingContext2D,
  x: number,
  y: number,
  width: number,
  height: number,
  draw: () => void,
): void {
  context.save();
  context.beginPath();
  context.rect(x, y, width, height);
  context.clip();
  draw();
  context.restore();
}

const widths = new Map<string, number>();
const MOST_WIDTHS = 2000;

/** Width of a text, remembered: measuring is slower than drawing. */
export function textWidth(context: CanvasRenderingContext2D, text: string): number {
  let width = widths.get(text);
  if (width === undefined) {
    if (widths.size > MOST_WIDTHS) widths.clear();
    width = context.measureText(text).width;
    widths.set(text, width);
  }
  return width;
}

/** A text cut to a width with an ellipsis; empty where not even two letters fit. */
export function fitting(context: CanvasRenderingContext2D, text: string, width: number): string {
  if (textWidth(context, text) <= width) return text;
  const letter = textWidth(context, "n");
  const letters = Math.floor(width / letter) - 1;
  return letters < 2 ? "" : `${text.slice(0, letters)}…`;
}
