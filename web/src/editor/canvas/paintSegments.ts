/** Segments one by one: mine over their channel, those of other layers in lanes below it. */
import { faded, inkOn } from "../model/colour";
import type { Layer, Segment } from "../types";
import { type Brush, fitting, snap } from "./brush";
import { isOn, isShown } from "./density";
import { bandOf, isBox, plotX } from "./geometry";
import type { Band, ChannelBox } from "./layout";
import { hatchOf, patternOf } from "./patterns";

export const HEADER = 15;
const LEAST_LABEL = 16;
const DASHES = [4, 3];
const GHOST = [7, 4];
const HANDLE = 6;

/** What a segment is marked as, for which it is drawn with a dashed outline. */
export function isUncertain(segment: Pick<Segment, "tags">): boolean {
  return (segment.tags ?? []).some(([name, value]) => name === "uncertain" && value !== "no");
}

/** What is written on a segment: its label, who speaks, or what was said. */
export function captionOf(segment: Segment): string {
  return [segment.label, segment.speaker].filter(Boolean).join(" · ") || segment.text || "";
}

/** How solid a segment of a machine is drawn: those it is sure of stand out. */
export function opacityOf(score: number | null | undefined): number {
  return 0.4 + 0.6 * Math.min(Math.max(score ?? 1, 0), 1);
}

interface Extent {
  /** Where it begins and ends, which may be outside of the screen. */
  readonly left: number;
  readonly right: number;
  /** The part that is seen. */
  readonly from: number;
  readonly to: number;
}

function extentOf(brush: Brush, start: number, end: number): Extent {
  const left = snap(brush, plotX(brush, start));
  const right = Math.max(left + 1, snap(brush, plotX(brush, end)));
  return {
    left,
    right,
    from: Math.max(left, brush.layout.left - 2),
    to: Math.min(right, brush.layout.width + 2),
  };
}

/** All of a layer in one channel. `skip` is the segment that is being changed: its draft is drawn instead. */
export function paintLayer(
  brush: Brush,
  box: ChannelBox,
  layer: Layer,
  segments: readonly Segment[],
  selected: ReadonlySet<string>,
  skip: string | null,
): void {
  const lane = box.lanes.find((one) => one.layerId === layer.id);
  const chosen: Segment[] = [];
  for (const segment of segments) {
    if (segment.id === skip || !isOn(segment, box.channel) || !isShown(segment, layer)) continue;
    if (lane) {
      paintInLane(brush, lane, segment, layer);
      if (layer.selected?.has(segment.id)) paintGhost(brush, box, segment);
    } else if ((layer.editable ? selected : layer.selected)?.has(segment.id)) chosen.push(segment);
    else paintOver(brush, box, segment);
  }
  for (const segment of chosen) paintChosen(brush, box, segment);
}

function paintInLane(brush: Brush, lane: Band, segment: Segment, layer: Layer): void {
  const { context } = brush;
  const colour = brush.colourOf(segment.label);
  const { left, right, from, to } = extentOf(brush, segment.start, segment.end);
  const [top, height] = [lane.top + 2, lane.height - 4];
  const isTaken = layer.isAccepted?.(segment.id) ?? false;
  context.globalAlpha = isTaken ? 0.5 : opacityOf(segment.score);
  context.fillStyle = faded(colour, 0.28);
  context.fillRect(from, top, to - from, height);
  hatch(brush, segment, from, top, to - from, height);
  outline(brush, segment, colour, left, top, right - left, height);
  context.globalAlpha = 1;
  const caption = isTaken ? `✓ ${captionOf(segment)}` : captionOf(segment);
  write(brush, caption, from, to, top, height, brush.palette.text);
  if (layer.selected?.has(segment.id)) frame(brush, left, lane.top, right - left, lane.height);
}

/** Where a selected segment of a lane lies in the sound: only an outline, since it is not one's own. */
function paintGhost(brush: Brush, box: ChannelBox, segment: Segment): void {
  const { context, palette } = brush;
  const band = bandOf(brush, box, segment.low_hz ?? null, segment.high_hz ?? null);
  const { left, right } = extentOf(brush, segment.start, segment.end);
  for (const [colour, line] of [
    [palette.halo, 4],
    [palette.accent, 2],
  ] as const) {
    context.strokeStyle = colour;
    context.lineWidth = line;
    if (line === 2) context.setLineDash(GHOST);
    context.strokeRect(left, band.top + 1, right - left, band.height - 2);
  }
  context.setLineDash([]);
}

/** An interval over all of its channel, or a box at its frequencies; its header carries colour, hatching and label. */
function paintOver(brush: Brush, box: ChannelBox, segment: Segment): void {
  const colour = brush.colourOf(segment.label);
  const extent = extentOf(brush, segment.start, segment.end);
  if (isBox(segment) && box.spectrogram) paintBoxed(brush, box, segment, colour, extent);
  else paintInterval(brush, box, segment, colour, extent);
}

function paintInterval(brush: Brush, box: Band, segment: Segment, colour: string, extent: Extent): void {
  const { context } = brush;
  const { left, right, from, to } = extent;
  context.fillStyle = faded(colour, 0.16);
  context.fillRect(from, box.top + HEADER, to - from, box.height - HEADER);
  header(brush, segment, colour, extent, box.top);
  outline(brush, segment, colour, left, box.top, right - left, box.height);
}

function paintBoxed(brush: Brush, box: ChannelBox, segment: Segment, colour: string, extent: Extent): void {
  const { context } = brush;
  const { left, right, from, to } = extent;
  const band = bandOf(brush, box, segment.low_hz ?? null, segment.high_hz ?? null);
  context.fillStyle = faded(colour, 0.12);
  context.fillRect(from, band.top, to - from, band.height);
  outline(brush, segment, colour, left, band.top, right - left, band.height);
  // Labels of boxes stand above them where there is room, so that they hide nothing.
  const above = band.top - HEADER >= (box.spectrogram?.top ?? box.top);
  header(brush, segment, colour, extent, above ? band.top - HEADER : band.top);
  if (!box.wave) return;
  context.fillStyle = faded(colour, 0.16);
  context.fillRect(from, box.wave.top, to - from, box.wave.height);
}

function header(brush: Brush, segment: Segment, colour: string, { from, to }: Extent, top: number): void {
  const { context } = brush;
  context.fillStyle = colour;
  context.fillRect(from, top, to - from, HEADER);
  hatch(brush, segment, from, top, to - from, HEADER);
  scoreBar(brush, segment, from, top + HEADER - 2, to - from);
  const caption = captionOf(segment);
  const shown = fitting(context, caption, to - from - 8);
  if (shown === "" || to - from < LEAST_LABEL) return;
  // A plain ground under the letters: hatching would make them hard to read.
  context.fillStyle = colour;
  context.fillRect(from + 1, top, Math.min(to - from - 2, context.measureText(shown).width + 7), HEADER - 2);
  write(brush, caption, from, to, top, HEADER - 2, inkOn(colour));
}

function scoreBar(brush: Brush, segment: Segment, left: number, top: number, width: number): void {
  if (segment.score === null || segment.score === undefined || width < 4) return;
  brush.context.fillStyle = brush.palette.halo;
  brush.context.fillRect(left, top, width, 2);
  brush.context.fillStyle = brush.palette.text;
  brush.context.fillRect(left, top, width * segment.score, 2);
}

function hatch(brush: Brush, segment: Segment, x: number, y: number, width: number, height: number): void {
  if (width < 6) return;
  const colour = brush.palette.dark ? "rgb(0 0 0 / 45%)" : "rgb(255 255 255 / 55%)";
  const pattern = patternOf(brush.context, hatchOf(segment.label), colour);
  if (!pattern) return;
  brush.context.fillStyle = pattern;
  brush.context.fillRect(x, y, width, height);
}

function outline(
  brush: Brush,
  segment: Segment,
  colour: string,
  x: number,
  y: number,
  width: number,
  height: number,
): void {
  const { context } = brush;
  context.strokeStyle = colour;
  context.lineWidth = 1;
  const dashed = isUncertain(segment);
  if (dashed) context.setLineDash(DASHES);
  context.strokeRect(x + 0.5, y + 0.5, Math.max(0, width - 1), height - 1);
  if (dashed) context.setLineDash([]);
}

function write(
  brush: Brush,
  text: string,
  from: number,
  to: number,
  top: number,
  height: number,
  colour: string,
): void {
  if (to - from < LEAST_LABEL) return;
  const shown = fitting(brush.context, text, to - from - 8);
  if (shown === "") return;
  brush.context.fillStyle = colour;
  brush.context.textBaseline = "middle";
  brush.context.textAlign = "left";
  brush.context.fillText(shown, from + 4, top + height / 2 + 0.5);
}

/** A selected segment: a strong double outline, and handles where it can be taken. */
function paintChosen(brush: Brush, box: ChannelBox, segment: Segment): void {
  paintOver(brush, box, segment);
  const band = bandOf(brush, box, segment.low_hz ?? null, segment.high_hz ?? null);
  const { left, right } = extentOf(brush, segment.start, segment.end);
  paintFrame(brush, left, band.top, right - left, band.height, isBox(segment) && box.spectrogram !== null);
}

/** The frame of what is selected or being drawn. */
export function paintFrame(
  brush: Brush,
  x: number,
  y: number,
  width: number,
  height: number,
  corners: boolean,
): void {
  frame(brush, x, y, width, height);
  const heights = corners ? [y + 1, y + height - 1] : [y + height / 2];
  for (const left of [x, x + width]) for (const top of heights) handle(brush, left, top);
}

function frame(brush: Brush, x: number, y: number, width: number, height: number): void {
  const { context, palette } = brush;
  for (const [colour, line] of [
    [palette.halo, 4],
    [palette.accent, 2],
  ] as const) {
    context.strokeStyle = colour;
    context.lineWidth = line;
    context.strokeRect(x, y + 1, width, height - 2);
  }
}

function handle(brush: Brush, x: number, y: number): void {
  const { context, palette } = brush;
  context.fillStyle = palette.accent;
  context.fillRect(x - HANDLE / 2, y - HANDLE / 2, HANDLE, HANDLE);
  context.strokeStyle = palette.halo;
  context.lineWidth = 1;
  context.strokeRect(x - HANDLE / 2, y - HANDLE / 2, HANDLE, HANDLE);
}
