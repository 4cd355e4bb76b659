/** The axis of time, and at the left of each channel its name, frequencies and loudness. */
import {
  type Clock,
  clockOf,
  dateAt,
  digitsFor,
  formatClock,
  formatTime,
  sinceMidnight,
  stepFor,
  type Tick,
  ticks,
} from "../model/time";
import type { Look, Sound } from "../types";
import { type Brush, clipped, snap, textWidth } from "./brush";
import { frequencyTicks } from "./frequency";
import { plotX, yOfHz } from "./geometry";
import type { ChannelBox } from "./layout";
import { initialsOf } from "./owners";

/** Labels of the axis do not touch, even with a date. */
const LABEL_ROOM = 96;

export interface AxisNames {
  /** Name of a channel, `null` for the mix of several. */
  channel(channel: number | null): string;
  hertz(hz: number): string;
}

function labelOf(clock: Clock | null, step: number): (time: number) => string {
  const digits = digitsFor(step);
  if (!clock) return (time) => formatTime(time, digits);
  return (time) => {
    const label = formatClock(clock, time, digits);
    return /^00:00:00(\.0+)?$/.test(label) ? dateAt(clock, time) : label;
  };
}

/** Marks of the time axis of a view. */
export function axisTicks(brush: Brush, sound: Sound, look: Pick<Look, "clockTime">): Tick[] {
  const clock = look.clockTime ? clockOf(sound.recordedAt) : null;
  const perPixel = (brush.view.end - brush.view.start) / brush.layout.plotWidth;
  const step = stepFor(perPixel, LABEL_ROOM);
  const end = Math.min(brush.view.end, sound.duration);
  return ticks(brush.view.start, end, step, labelOf(clock, step), clock ? sinceMidnight(clock) : 0);
}

export function paintAxis(brush: Brush, marks: readonly Tick[], zone: string): void {
  const { context, layout, palette } = brush;
  const { top, height } = layout.axis;
  context.fillStyle = palette.background;
  context.fillRect(0, top, layout.width, height);
  context.textBaseline = "middle";
  context.textAlign = "left";
  clipped(context, layout.left, top, layout.plotWidth, height, () => {
    for (const mark of marks) {
      const x = snap(brush, plotX(brush, mark.time));
      context.fillStyle = palette.lineStrong;
      const long = mark.label !== null;
      context.fillRect(x, top + height - (long ? height : 5), 1, long ? height : 5);
      context.fillStyle = palette.text;
      if (mark.label !== null) context.fillText(mark.label, x + 4, top + height / 2);
    }
  });
  context.fillStyle = palette.textSoft;
  context.fillText(zone, 4, top + height / 2, layout.left - 6);
  context.fillStyle = palette.line;
  context.fillRect(0, top + height - 1, layout.width, 1);
}

export function paintScale(
  brush: Brush,
  box: ChannelBox,
  names: AxisNames,
  owners: ReadonlyMap<string, string>,
): void {
  const { context, layout, palette } = brush;
  const bottom = (box.lanes.at(-1)?.top ?? box.top + box.height - 18) + 18;
  context.fillStyle = palette.background;
  context.fillRect(0, box.top, layout.left, bottom - box.top);
  context.textAlign = "left";
  context.textBaseline = "middle";
  context.fillStyle = palette.text;
  context.fillText(names.channel(box.channel), 4, box.top + 9, layout.left - 8);
  if (box.spectrogram && brush.frequencies)
    paintHertz(brush, box.spectrogram.top, box.spectrogram.height, names, box.wave === null);
  paintOwners(brush, box, owners);
  context.fillStyle = palette.line;
  context.fillRect(layout.left - 1, box.top, 1, bottom - box.top);
}

function paintHertz(brush: Brush, top: number, height: number, names: AxisNames, named: boolean): void {
  const { context, layout, palette, frequencies } = brush;
  if (!frequencies) return;
  context.textAlign = "right";
  for (const hz of frequencyTicks(frequencies, height)) {
    const y = snap(brush, yOfHz({ top, height }, frequencies, hz));
    context.fillStyle = palette.lineStrong;
    context.fillRect(layout.left - 5, y, 4, 1);
    context.fillStyle = palette.textSoft;
    // The name of the channel stands in the upper corner where there is no waveform.
    if (!named || y > top + 24)
      context.fillText(names.hertz(hz), layout.left - 8, Math.min(y, top + height - 6));
  }
}

/** Whose segments lie in the lanes; the whole name is told where the pointer is. */
function paintOwners(brush: Brush, box: ChannelBox, owners: ReadonlyMap<string, string>): void {
  const { context, layout, palette } = brush;
  context.textAlign = "right";
  context.fillStyle = palette.textSoft;
  for (const lane of box.lanes) {
    const name = owners.get(lane.layerId) ?? "";
    const fits = textWidth(context, name) <= layout.left - 8;
    context.fillText(fits ? name : initialsOf(name), layout.left - 5, lane.top + lane.height / 2 + 0.5);
  }
}
