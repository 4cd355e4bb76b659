/**
 * Which pictures cover a view: the steps of detail of a spectrogram, their tiles and the columns in them.
 *
 * A column of level 0 shows the sound around its moment, `hop` seconds from the next, so columns of every level begin
 * half a hop early.
 */
import type { SchemaSpectrogramAnswer } from "../../api/schema";
import type { View } from "../types";

/** One degree of detail. */
export interface Step {
  /** Which settings of the server it is drawn with. */
  readonly source: number;
  readonly level: number;
  /** Seconds per column. */
  readonly seconds: number;
  /** Seconds per column of level 0. */
  readonly hop: number;
  readonly columns: number;
  readonly tileColumns: number;
}

/** Where a tile lies. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

export const roundHalfUp = (value: number): number => Math.floor(value + 0.5);

/** Steps of one description, from the finest. `most` leaves the coarser ones out. */
export function stepsOf(
  facts: SchemaSpectrogramAnswer,
  source: number,
  most = Number.POSITIVE_INFINITY,
): Step[] {
  const steps = facts.columns.map((columns, level) => ({
    source,
    level,
    seconds: facts.column_seconds * facts.factor ** level,
    hop: facts.column_seconds,
    columns,
    tileColumns: facts.tile_columns,
  }));
  return steps.slice(0, most);
}

/** Steps of several descriptions, from the finest to the coarsest. */
export function ladder(...steps: readonly (readonly Step[])[]): Step[] {
  return steps.flat().sort((a, b) => a.seconds - b.seconds);
}

/** The coarsest step that still has a column for each pixel, or the finest there is. */
export function stepFor(steps: readonly Step[], secondsPerPixel: number): Step | undefined {
  // A hair of tolerance: at exactly one column per pixel, that step is the one.
  const limit = secondsPerPixel * (1 + 1e-9);
  return steps.findLast((step) => step.seconds <= limit) ?? steps[0];
}

/** Number of tiles of a step. */
export function tilesIn(step: Step): number {
  return Math.ceil(step.columns / step.tileColumns);
}

/** When a column begins. */
export function columnStart(step: Step, column: number): number {
  return column * step.seconds - step.hop / 2;
}

/** The column that shows a moment, within the step. */
export function columnAt(step: Step, time: number): number {
  const column = Math.floor((time + step.hop / 2) / step.seconds + 1e-9);
  return Math.min(Math.max(column, 0), step.columns - 1);
}

/** Columns of a tile: full, or what is left at the end. */
export function tileWidth(step: Step, index: number): number {
  return Math.max(0, Math.min(step.tileColumns, step.columns - index * step.tileColumns));
}

/** From when to when a tile shows. */
export function tileSpan(step: Step, index: number): Span {
  const first = index * step.tileColumns;
  return { start: columnStart(step, first), end: columnStart(step, first + tileWidth(step, index)) };
}

/** Tiles of a step that show something of a view, from left to right. */
export function tilesFor(step: Step, view: View): number[] {
  if (view.end <= view.start || step.columns === 0) return [];
  const first = Math.floor(columnAt(step, view.start) / step.tileColumns);
  // Half-open: what begins where the view ends is not in it.
  const end = Math.ceil((view.end + step.hop / 2) / step.seconds - 1e-9) - 1;
  const last = Math.floor(Math.min(Math.max(end, 0), step.columns - 1) / step.tileColumns);
  return Array.from({ length: last - first + 1 }, (_, k) => first + k);
}

/** Tiles next to a view, the one that is panned to first: `direction` is the sign of the last movement. */
export function neighbours(step: Step, view: View, direction: number): number[] {
  const seen = tilesFor(step, view);
  const [first, last] = [seen[0], seen.at(-1)];
  if (first === undefined || last === undefined) return [];
  const sides = direction < 0 ? [first - 1, last + 1] : [last + 1, first - 1];
  return sides.filter((index) => index >= 0 && index < tilesIn(step));
}

/** Tiles that show a little more or less of the sound at once, for the next zoom: the step above, then below. */
export function stepsBeside(steps: readonly Step[], step: Step): Step[] {
  const place = steps.indexOf(step);
  return [steps[place + 1], steps[place - 1]].filter((one) => one !== undefined);
}
