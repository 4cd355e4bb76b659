/** Annotated areas: stretches that are fully labelled, with a line on top and soft strokes. */
import { faded } from "../model/colour";
import type { Area } from "../types";
import { type Brush, snap } from "./brush";
import { plotX } from "./geometry";
import type { ChannelBox } from "./layout";
import { patternOf } from "./patterns";

const LINE = 3;

export function paintAreas(brush: Brush, box: ChannelBox, areas: readonly Area[]): void {
  const { context, layout, palette } = brush;
  const pattern = patternOf(context, "rising", faded(palette.text, palette.dark ? 0.1 : 0.09));
  for (const area of areas) {
    if (area.channel !== null && box.channel !== null && area.channel !== box.channel) continue;
    const left = Math.max(layout.left, snap(brush, plotX(brush, area.start)));
    const right = Math.min(layout.width, snap(brush, plotX(brush, area.end)));
    if (right <= left) continue;
    context.fillStyle = pattern ?? faded(palette.text, 0.05);
    context.fillRect(left, box.top, right - left, box.height);
    context.fillStyle = palette.accent;
    context.fillRect(left, box.top + box.height - LINE, right - left, LINE);
  }
}
