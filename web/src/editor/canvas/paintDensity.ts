/** Segments that are too many to be told apart: how much of each pixel they fill, in the colour of the commonest label. */
import type { ColourOf, Layer } from "../types";
import type { Brush } from "./brush";
import { binLevel, binSeconds, type DensityCache, type DensityTile, TILE_BINS, tilesOf } from "./density";
import { plotX } from "./geometry";
import type { Band, ChannelBox } from "./layout";
import { HEADER } from "./paintSegments";

/** Fewer segments than this on a pixel are drawn one by one: with less than two pixels each, they have no ends to see. */
const PER_PIXEL = 0.5;

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
  const bands: [Band, number][] = lane
    ? [[{ top: lane.top + 2, height: lane.height - 3 }, 1]]
    : [
        [box, 0.14],
        [{ top: box.top, height: HEADER }, 1],
      ];
  for (const [index, tile] of density.tiles) {
    const start = index * TILE_BINS * binSeconds(density.level);
    const end = start + TILE_BINS * binSeconds(density.level);
    for (const [band, alpha] of bands) {
      brush.context.globalAlpha = alpha;
      paintBins(brush, tile, plotX(brush, start), plotX(brush, end), band);
    }
  }
  brush.context.globalAlpha = 1;
}

/** Draw the bins of a tile from one pixel to another. */
export function paintBins(brush: Brush, tile: DensityTile, from: number, to: number, band: Band): void {
  const picture = pictureOf(tile, brush.colourOf);
  if (!picture) return;
  brush.context.imageSmoothingEnabled = false;
  brush.context.drawImage(picture, from, band.top, to - from, band.height);
}

/** Steps of the height of a column. */
const ROWS = 12;
const pictures = new WeakMap<DensityTile, { colourOf: ColourOf; picture: HTMLCanvasElement }>();

/** The columns of a tile as a picture: painted once, stretched in every frame. */
function pictureOf(tile: DensityTile, colourOf: ColourOf): HTMLCanvasElement | null {
  const known = pictures.get(tile);
  if (known?.colourOf === colourOf) return known.picture;
  const picture = document.createElement("canvas");
  Object.assign(picture, { width: TILE_BINS, height: ROWS });
  const context = picture.getContext("2d");
  if (!context) return null;
  const colours = tile.labels.map((label) => colourOf(label || null));
  for (const [bin, label] of tile.dominant.entries()) {
    if (label === 0) continue;
    const height = Math.max(1, Math.ceil((ROWS * (tile.filling[bin] as number)) / 255));
    context.fillStyle = colours[label - 1] ?? "";
    context.fillRect(bin, ROWS - height, 1, height);
  }
  pictures.set(tile, { colourOf, picture });
  return picture;
}
