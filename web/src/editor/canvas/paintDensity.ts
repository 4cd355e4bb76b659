/** Segments that are too many to be told apart: how much of each pixel they fill, in the colour of the commonest label. */
import type { Layer } from "../types";
import type { Brush } from "./brush";
import { binLevel, binSeconds, type DensityCache, type DensityTile, TILE_BINS, tilesOf } from "./density";
import { plotX } from "./geometry";
import type { Band, ChannelBox } from "./layout";
import { HEADER } from "./paintSegments";

/** Fewer segments than this on a pixel are drawn one by one. */
const PER_PIXEL = 1.5;

interface Density {
  readonly level: number;
  readonly tiles: readonly [number, DensityTile][];
}

/** Count the segments of a layer in view; null where they are few enough to be drawn one by one. */
export function densityFor(
  brush: Brush,
  layer: Layer,
  channel: number | null,
  cache: DensityCache,
  mayCount: () => boolean,
): Density | null {
  const most = PER_PIXEL * brush.layout.plotWidth;
  if (layer.segments.size <= most) return null;
  const perPixel = (brush.view.end - brush.view.start) / brush.layout.plotWidth;
  const level = binLevel(perPixel);
  const tiles = tilesOf(level, brush.view)
    .map((index) => [index, cache.tile(layer, channel, level, index, mayCount)] as const)
    .filter((one): one is [number, DensityTile] => one[1] !== undefined);
  const seconds = brush.view.end - brush.view.start;
  const share = Math.min(1, seconds / (tiles.length * TILE_BINS * binSeconds(level)));
  const begun = tiles.reduce((sum, [, tile]) => sum + tile.begun, 0) * share;
  return begun > most || tiles.length === 0 ? { level, tiles } : null;
}

/** Draw them: columns from below, as high as the pixel is filled; where the layer is mine also a strip on top. */
export function paintDensity(brush: Brush, box: ChannelBox, layer: Layer, density: Density): void {
  const lane = box.lanes.find((one) => one.layerId === layer.id);
  for (const [index, tile] of density.tiles) {
    if (lane) paintBins(brush, tile, index, density.level, { top: lane.top + 2, height: lane.height - 3 }, 1);
    else {
      paintBins(brush, tile, index, density.level, box, 0.3);
      paintBins(brush, tile, index, density.level, { top: box.top, height: HEADER }, 1);
    }
  }
}

function paintBins(
  brush: Brush,
  tile: DensityTile,
  index: number,
  level: number,
  band: Band,
  alpha: number,
): void {
  const { context, layout } = brush;
  const start = index * TILE_BINS * binSeconds(level);
  const left = plotX(brush, start);
  const width = plotX(brush, start + binSeconds(level)) - left;
  const colours = tile.labels.map((label) => brush.colourOf(label || null));
  const first = Math.max(0, Math.floor((layout.left - left) / width));
  const end = Math.min(TILE_BINS, Math.ceil((layout.width - left) / width));
  context.globalAlpha = alpha;
  let colour = -1;
  for (let bin = first; bin < end; bin++) {
    const label = tile.dominant[bin] as number;
    if (label === 0) continue;
    if (label !== colour) context.fillStyle = colours[label - 1] ?? brush.palette.textSoft;
    colour = label;
    const height = Math.max(2, (band.height * (tile.filling[bin] as number)) / 255);
    context.fillRect(left + bin * width, band.top + band.height - height, width, height);
  }
  context.globalAlpha = 1;
}
