/**
 * What is left of segments that are too many to be drawn one by one: for each bin of time the label that fills most of
 * it and how much of it is filled. Bins lie on a grid of powers of two and are kept in tiles, so that panning computes
 * only what comes into view.
 */
import type { Layer, Segment, View } from "../types";

export const TILE_BINS = 1024;
/** Length of a bin of level 0 in seconds. */
const BIN = 2 ** -10;

export function binSeconds(level: number): number {
  return BIN * 2 ** level;
}

/** The finest level with bins not shorter than a pixel. */
export function binLevel(secondsPerPixel: number): number {
  return Math.max(0, Math.ceil(Math.log2(secondsPerPixel / BIN) - 1e-9));
}

/** Bins of one tile: label and filling of each, and how many segments begin in the tile. */
export interface DensityTile {
  readonly labels: readonly string[];
  /** Index into `labels`, plus one; 0 where there is nothing. */
  readonly dominant: Uint16Array;
  /** 0 to 255. */
  readonly filling: Uint8Array;
  readonly begun: number;
}

/** Whether a segment is shown for a channel; null stands for all of them. */
export function isOn(segment: Segment, channel: number | null): boolean {
  return (
    channel === null ||
    segment.channel === undefined ||
    segment.channel === null ||
    segment.channel === channel
  );
}

export function isShown(segment: Segment, layer: Layer): boolean {
  return (segment.score ?? 1) >= layer.minScore;
}

function fill(bins: Float32Array, from: number, to: number): void {
  const [first, last] = [Math.max(0, Math.floor(from)), Math.min(TILE_BINS - 1, Math.ceil(to) - 1)];
  for (let bin = first; bin <= last; bin++) {
    const part = Math.min(to, bin + 1) - Math.max(from, bin);
    bins[bin] = (bins[bin] as number) + part;
  }
}

/** Count segments into bins. Even a point fills a tenth of its bin, so that it is seen. */
export function densityOf(segments: readonly Segment[], start: number, seconds: number): DensityTile {
  const byLabel = new Map<string, Float32Array>();
  let begun = 0;
  for (const segment of segments) {
    const label = segment.label ?? "";
    let bins = byLabel.get(label);
    if (bins === undefined) {
      bins = new Float32Array(TILE_BINS);
      byLabel.set(label, bins);
    }
    const from = (segment.start - start) / seconds;
    if (from >= 0 && from < TILE_BINS) begun++;
    fill(bins, from, Math.max((segment.end - start) / seconds, from + 0.1));
  }
  return { ...strongest(byLabel), begun };
}

function strongest(byLabel: ReadonlyMap<string, Float32Array>): Omit<DensityTile, "begun"> {
  const dominant = new Uint16Array(TILE_BINS);
  const filling = new Uint8Array(TILE_BINS);
  const [most, total] = [new Float32Array(TILE_BINS), new Float32Array(TILE_BINS)];
  const labels = [...byLabel.keys()];
  for (const [place, bins] of [...byLabel.values()].entries()) {
    for (let bin = 0; bin < TILE_BINS; bin++) {
      const amount = bins[bin] as number;
      total[bin] = (total[bin] as number) + amount;
      if (amount > (most[bin] as number)) {
        most[bin] = amount;
        dominant[bin] = place + 1;
      }
    }
  }
  for (let bin = 0; bin < TILE_BINS; bin++)
    filling[bin] = Math.min(255, Math.ceil((total[bin] as number) * 255));
  return { labels, dominant, filling };
}

interface Kept {
  readonly tile: DensityTile;
  readonly version: number;
  readonly minScore: number;
}

/** Tiles that are kept for all layers and channels, of 3 kB, and 50 kB more once they were painted. */
const MOST_KEPT = 256;

export class DensityCache {
  private readonly kept = new Map<string, Kept>();

  /** The tile, counted again if the layer changed since; undefined where `mayCount` says that there is no time now and nothing is known. */
  tile(
    layer: Layer,
    channel: number | null,
    level: number,
    index: number,
    mayCount: () => boolean,
  ): DensityTile | undefined {
    const key = `${layer.id}/${channel ?? "all"}/${level}/${index}`;
    const known = this.kept.get(key);
    const version = layer.segments.version.peek();
    const current = known && known.version === version && known.minScore === layer.minScore;
    if (current || !mayCount()) return known?.tile;
    const seconds = binSeconds(level);
    const start = index * TILE_BINS * seconds;
    const within = layer.segments.overlapping(start, start + TILE_BINS * seconds);
    const shown = within.filter((segment) => isOn(segment, channel) && isShown(segment, layer));
    const tile = densityOf(shown, start, seconds);
    this.keep(key, { tile, version, minScore: layer.minScore });
    return tile;
  }

  private keep(key: string, kept: Kept): void {
    this.kept.delete(key);
    this.kept.set(key, kept);
    const oldest = this.kept.keys().next().value;
    if (this.kept.size > MOST_KEPT && oldest !== undefined) this.kept.delete(oldest);
  }
}

/** Tiles of bins that a view shows. */
export function tilesOf(level: number, view: View): number[] {
  const seconds = TILE_BINS * binSeconds(level);
  const first = Math.floor(Math.max(0, view.start) / seconds);
  const last = Math.max(first, Math.ceil(view.end / seconds) - 1);
  return Array.from({ length: last - first + 1 }, (_, k) => first + k);
}
