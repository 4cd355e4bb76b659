/** What lies where on the timeline, as it was laid out last. */
import type { Hit, Place, Segment } from "../types";
import * as geometry from "./geometry";
import { boxAt, type Layout, laneAt, within, zoneAt } from "./layout";
import { levelAt } from "./paintSound";
import type { Readout, Rect, Scene, Zone } from "./scene";
import type { TileStore } from "./tiles";

export abstract class Finder {
  abstract layout: Layout;
  protected abstract readonly tiles: TileStore;

  protected constructor(protected readonly scene: Scene) {}

  private get geometry(): geometry.Geometry {
    const { view, sound } = this.scene;
    const { layout, tiles } = this;
    return { layout, view: view.peek(), frequencies: tiles.frequencies, duration: sound.duration };
  }

  /** The place of a point in CSS pixels from the top left corner; held within the recording. */
  placeAt(x: number, y: number): Place {
    return geometry.placeAt(this.geometry, x, y);
  }

  /** Frequency at a height in a channel's spectrogram, held at its ends, for drags that leave it; null without one. */
  hzNear(channel: number | null, y: number): number | null {
    return geometry.hzNear(this.geometry, channel, y);
  }

  zoneAt(x: number, y: number): Zone {
    return zoneAt(this.layout, x, y);
  }

  /** The segment under a point: selected ones first, then the nearest edge, then the shortest. */
  hitAt(x: number, y: number, layers = this.scene.layers.peek()): Hit | null {
    return geometry.hitAt(this.geometry, x, y, layers, this.scene.selected.peek());
  }

  /** Where a segment is drawn first from the top, cut at the edge of the screen; null if it is not on it. */
  rectOf(segment: Segment, layerId: string): Rect | null {
    const layer = this.scene.layers.peek().find((one) => one.id === layerId);
    if (!layer) return null;
    for (const box of this.layout.channels) {
      const rect = geometry.rectIn(this.geometry, box, layer, segment);
      if (rect) return rect;
    }
    return null;
  }

  /** Pixels from the left for a moment, which may lie outside. */
  xOf(time: number): number {
    return geometry.plotX(this.geometry, time);
  }

  timeAt(x: number): number {
    return geometry.plotTime(this.geometry, x);
  }

  /** Seconds that a pixel stands for, as for snapping. */
  secondsPerPixel(): number {
    const view = this.scene.view.peek();
    return (view.end - view.start) / this.layout.plotWidth;
  }

  /** What is under a pointer; `dense` is how many pixels of the screen make one of CSS. */
  readoutAt({ x, y }: { x: number; y: number }, dense: number): Readout | null {
    if (y < this.layout.axis.top) return null;
    const place = this.placeAt(x, y);
    const box = boxAt(this.layout, y);
    const lane = laneAt(box, y);
    const owner = this.scene.layers.peek().find((one) => one.id === lane?.layerId)?.title ?? null;
    const band = box?.spectrogram ?? null;
    if (!band || !within(y, band)) return { ...place, db: null, owner };
    const perPixel = this.secondsPerPixel() / dense;
    return {
      ...place,
      owner,
      db: levelAt(this.tiles, place.time, 1 - (y - band.top) / band.height, place.channel, perPixel),
    };
  }
}
