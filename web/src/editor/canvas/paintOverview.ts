/** The whole recording in one strip: its waveform, where segments are, and what is on the screen. */
import { faded } from "../model/colour";
import type { Layer, Sound, View } from "../types";
import type { Brush } from "./brush";
import { binLevel, binSeconds, type DensityCache, TILE_BINS, tilesOf } from "./density";
import { paintBins } from "./paintDensity";
import { paintWave } from "./paintSound";
import type { WaveStore } from "./waves";

const STRIP = 6;

export interface Overview {
  readonly sound: Sound;
  readonly layers: readonly Layer[];
  readonly waves: WaveStore;
  readonly density: DensityCache;
  readonly mayCount: () => boolean;
}

export function overviewX(time: number, width: number, duration: number): number {
  return duration > 0 ? (time / duration) * width : 0;
}

/** The strip without the window: it changes seldom and is kept as a picture. */
export function paintOverview(brush: Brush, overview: Overview): void {
  const { context, layout, palette } = brush;
  const { height } = layout.overview;
  context.fillStyle = palette.sunken;
  context.fillRect(0, 0, layout.width, height);
  const whole = { start: 0, end: overview.sound.duration };
  const extremes = overview.waves.extremes(whole, Math.round(layout.width * brush.dense), null);
  paintWave(brush, { top: 2, height: height - STRIP - 4 }, extremes, gainOf(extremes), palette.wave, 0);
  const mine = overview.layers.filter((layer) => layer.visible && layer.kind === "mine");
  for (const layer of mine.length > 0 ? mine : overview.layers.filter((one) => one.visible).slice(0, 1)) {
    paintStrip(brush, overview, layer, whole);
  }
}

/** The loudest sound fills the strip: it is for finding the way, not for measuring. */
function gainOf(extremes: Int16Array): number {
  let most = 1;
  for (const value of extremes) if (value !== -32768) most = Math.max(most, Math.abs(value));
  return 32767 / most;
}

function paintStrip(brush: Brush, overview: Overview, layer: Layer, whole: View): void {
  const level = binLevel(Math.max(whole.end / brush.layout.width, 1e-6));
  for (const index of tilesOf(level, whole)) {
    const tile = overview.density.tile(layer, null, level, index, overview.mayCount);
    if (!tile) continue;
    const start = index * TILE_BINS * binSeconds(level);
    const [from, to] = [start, start + TILE_BINS * binSeconds(level)].map((time) =>
      overviewX(time, brush.layout.width, whole.end),
    ) as [number, number];
    paintBins(brush, tile, from, to, { top: brush.layout.overview.height - STRIP - 1, height: STRIP });
  }
}

/** What is on the screen: the rest is dimmed, the window has a frame and grips. */
export function paintWindow(brush: Brush, duration: number): void {
  const { context, layout, palette, view } = brush;
  const { height } = layout.overview;
  const [left, right] = windowOf(view, layout.width, duration);
  context.fillStyle = faded(palette.background, 0.6);
  context.fillRect(0, 0, left, height);
  context.fillRect(right, 0, layout.width - right, height);
  context.strokeStyle = palette.accent;
  context.lineWidth = 2;
  context.strokeRect(left + 1, 1, Math.max(1, right - left - 2), height - 2);
  context.fillStyle = palette.accent;
  // Narrow windows are all edge: grips would cover them.
  if (right - left >= 24) for (const x of [left, right - 4]) context.fillRect(x, height / 2 - 7, 4, 14);
  context.fillStyle = palette.line;
  context.fillRect(0, height - 1, layout.width, 1);
}

/** Left and right of the window; never so narrow that it cannot be seen. */
export function windowOf(view: View, width: number, duration: number): [number, number] {
  const [left, right] = [overviewX(view.start, width, duration), overviewX(view.end, width, duration)];
  const lack = Math.max(0, 10 - (right - left)) / 2;
  const from = Math.min(Math.max(0, left - lack), width - 10);
  return [from, Math.min(width, Math.max(right + lack, from + 10))];
}
