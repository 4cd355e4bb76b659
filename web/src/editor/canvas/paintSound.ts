/** Waveforms and spectrograms. */
import type { Table } from "../model/colour";
import { type Step, stepFor, tileSpan, tilesFor } from "../model/pyramid";
import { type Brush, clipped, snap } from "./brush";
import { plotX } from "./geometry";
import type { Band } from "./layout";
import { NOTHING } from "./peaks";
import type { TileStore } from "./tiles";

const FULL_SCALE = 32767;

/** A waveform: one column for each pixel of the screen. Louder than full scale is drawn up to the edge. */
export function paintWave(
  brush: Brush,
  band: Band,
  extremes: Int16Array,
  gain: number,
  colour: string,
  left = brush.layout.left,
): void {
  const { context, dense } = brush;
  const middle = band.top + band.height / 2;
  const scale = ((band.height / 2 - 1) / FULL_SCALE) * gain;
  const held = (value: number): number =>
    Math.min(Math.max(value * scale, 1 - band.height / 2), band.height / 2 - 1);
  context.fillStyle = colour;
  let [beforeLow, beforeHigh] = [0, 0];
  for (let x = 0; 2 * x < extremes.length; x++) {
    if (extremes[2 * x + 1] === NOTHING) continue;
    let [low, high] = [extremes[2 * x] as number, extremes[2 * x + 1] as number];
    // Columns of few samples may not touch: they are joined, as the sound was.
    if (x > 0 && extremes[2 * x - 1] !== NOTHING)
      [low, high] = [Math.min(low, beforeHigh), Math.max(high, beforeLow)];
    [beforeLow, beforeHigh] = [extremes[2 * x] as number, extremes[2 * x + 1] as number];
    const [top, bottom] = [middle - held(high), middle - held(low)];
    context.fillRect(left + x / dense, top, 1 / dense, Math.max(1 / dense, bottom - top));
  }
}

function paintTile(
  brush: Brush,
  store: TileStore,
  table: Table,
  band: Band,
  step: Step,
  index: number,
  channel: number | null,
): void {
  const tile = store.get(step, index, channel);
  const picture = tile ? store.coloured(tile, table) : null;
  if (!picture) return;
  const span = tileSpan(step, index);
  const perColumn = (span.end - span.start) / picture.width;
  // Only columns that are seen: at a high zoom the whole tile would be millions of pixels wide.
  const first = Math.max(0, Math.floor((brush.view.start - span.start) / perColumn) - 1);
  const end = Math.min(picture.width, Math.ceil((brush.view.end - span.start) / perColumn) + 1);
  if (end <= first) return;
  const from = snap(brush, plotX(brush, span.start + first * perColumn));
  const to = snap(brush, plotX(brush, span.start + end * perColumn));
  brush.context.drawImage(
    picture,
    first,
    0,
    end - first,
    picture.height,
    from,
    band.top,
    to - from,
    band.height,
  );
}

/** A spectrogram; tiles that are not here yet are stood in for by coarser or finer ones. */
export function paintSpectrogram(
  brush: Brush,
  store: TileStore,
  table: Table,
  band: Band,
  channel: number | null,
): boolean {
  const { context, layout, view } = brush;
  const perPixel = (view.end - view.start) / (layout.plotWidth * brush.dense);
  const step = stepFor(store.steps, perPixel);
  if (step === undefined) return false;
  let whole = true;
  clipped(context, layout.left, band.top, layout.plotWidth, band.height, () => {
    context.imageSmoothingEnabled = true;
    for (const index of tilesFor(step, view)) {
      const tiles = store.cover(step, index, channel);
      whole &&= tiles.length > 0;
      const span = tileSpan(step, index);
      const [from, to] = [snap(brush, plotX(brush, span.start)), snap(brush, plotX(brush, span.end))];
      clipped(context, from, band.top, to - from, band.height, () => {
        for (const [one, at] of tiles) paintTile(brush, store, table, band, one, at, channel);
      });
    }
  });
  return whole;
}

/** The level under a place, from the finest picture that is here. */
export function levelAt(
  store: TileStore,
  time: number,
  part: number,
  channel: number | null,
  secondsPerPixel: number,
): number | null {
  const step = stepFor(store.steps, secondsPerPixel);
  const { levels } = store;
  if (!step || !levels) return null;
  const moment = { start: time, end: time + step.seconds / 1e6 };
  const [index] = tilesFor(step, moment);
  const found = index === undefined ? undefined : store.cover(step, index, channel).at(-1);
  const grey = found && greyAt(store, found, time, part, channel);
  return grey === undefined ? null : levels.floorDb + (grey / 255) * (levels.ceilingDb - levels.floorDb);
}

function greyAt(
  store: TileStore,
  [step, index]: [Step, number],
  time: number,
  part: number,
  channel: number | null,
): number | undefined {
  const grey = store.get(step, index, channel)?.grey;
  const span = tileSpan(step, index);
  if (!grey || time < span.start || time >= span.end) return undefined;
  const column = Math.min(
    Math.floor(((time - span.start) / (span.end - span.start)) * grey.width),
    grey.width - 1,
  );
  const row = Math.min(Math.max(Math.floor((1 - part) * grey.height), 0), grey.height - 1);
  return grey.values[row * grey.width + column];
}
