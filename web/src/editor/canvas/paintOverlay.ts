/** What moves while nothing else does: playhead, crosshair, the range that is played, and what is being drawn. */
import { faded } from "../model/colour";
import type { Draft, View } from "../types";
import { type Brush, clipped, snap } from "./brush";
import { bandOf, plotX } from "./geometry";
import { within } from "./layout";
import { overviewX } from "./paintOverview";
import { paintFrame } from "./paintSegments";

/** Dim what lies outside of the range, and mark its ends. */
export function paintRange(brush: Brush, range: View): void {
  const { context, layout, palette } = brush;
  const [left, right] = [snap(brush, plotX(brush, range.start)), snap(brush, plotX(brush, range.end))];
  context.fillStyle = faded(palette.background, 0.45);
  context.fillRect(layout.left, layout.body.top, Math.max(0, left - layout.left), layout.body.height);
  context.fillRect(Math.max(right, layout.left), layout.body.top, layout.width, layout.body.height);
  context.fillStyle = palette.accent;
  context.fillRect(left, layout.axis.top + layout.axis.height - 4, right - left, 4);
  for (const x of [left, right - 2])
    context.fillRect(x, layout.axis.top, 2, layout.axis.height + layout.body.height);
}

export function paintPlayhead(brush: Brush, time: number, duration: number): void {
  const { context, layout, palette } = brush;
  const whole = overviewX(time, layout.width, duration);
  context.fillStyle = palette.playhead;
  context.fillRect(whole - 0.75, 0, 1.5, layout.overview.height);
  const x = snap(brush, plotX(brush, time));
  if (x < layout.left || x > layout.width) return;
  const top = layout.axis.top;
  context.fillStyle = faded(palette.halo, 0.7);
  context.fillRect(x - 1.5, top, 3.5, layout.height - top);
  context.fillStyle = palette.playhead;
  context.fillRect(x - 0.5, top, 1.5, layout.height - top);
  context.beginPath();
  context.moveTo(x - 6, top);
  context.lineTo(x + 6, top);
  context.lineTo(x, top + 9);
  context.fill();
}

/** A line across all channels at the moment under the pointer, and across one at its frequency. */
export function paintCrosshair(brush: Brush, x: number, y: number): void {
  const { context, layout, palette } = brush;
  if (x < layout.left || y < layout.axis.top) return;
  const box = layout.channels.find((one) => within(y, one.spectrogram));
  for (const [colour, shift] of [
    [faded(palette.halo, 0.6), 1],
    [faded(palette.text, 0.75), 0],
  ] as const) {
    context.fillStyle = colour;
    context.fillRect(snap(brush, x) + shift, layout.axis.top, 1, layout.height - layout.axis.top);
    if (box) context.fillRect(layout.left, snap(brush, y) + shift, layout.plotWidth, 1);
  }
}

export function paintDraft(brush: Brush, draft: Draft): void {
  const { context, layout } = brush;
  const colour = brush.colourOf(draft.label);
  const left = snap(brush, plotX(brush, draft.start));
  const right = Math.max(left + 1, snap(brush, plotX(brush, draft.end)));
  for (const box of layout.channels) {
    if (draft.channel !== null && box.channel !== null && box.channel !== draft.channel) continue;
    const band = bandOf(brush, box, draft.lowHz, draft.highHz);
    clipped(context, layout.left - 4, layout.body.top, layout.plotWidth + 4, layout.body.height, () => {
      context.fillStyle = faded(colour, 0.3);
      context.fillRect(left, band.top, right - left, band.height);
      paintFrame(brush, left, band.top, right - left, band.height, draft.lowHz !== null);
    });
  }
}
