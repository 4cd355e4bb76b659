/** The two canvases of the timeline: what seldom changes below, what moves with pointer and playhead above. */
import type { Table } from "../model/colour";
import { clockOf } from "../model/time";
import type { Layer, View } from "../types";
import { type Brush, clipped } from "./brush";
import type { DensityCache } from "./density";
import type { ChannelBox, Layout } from "./layout";
import { ownersOf } from "./owners";
import { paintAreas } from "./paintAreas";
import { type AxisNames, axisTicks, paintAxis, paintScale } from "./paintAxes";
import { densityFor, paintDensity } from "./paintDensity";
import { paintCrosshair, paintDraft, paintPlayhead, paintRange } from "./paintOverlay";
import { paintOverview, paintWindow } from "./paintOverview";
import { paintLayer } from "./paintSegments";
import { paintSpectrogram, paintWave } from "./paintSound";
import { FONT, LIGHT, type Palette } from "./palette";
import type { Scene } from "./scene";
import type { TileStore } from "./tiles";
import type { WaveStore } from "./waves";

function contextOf(canvas: HTMLCanvasElement, alpha: boolean): CanvasRenderingContext2D {
  const context = canvas.getContext("2d", { alpha });
  if (context === null) throw new Error("this browser cannot draw on a canvas");
  return context;
}

export class Painter {
  overviewStale = true;
  /** The view that was drawn last. */
  view: View | null = null;
  dense = 1;
  private readonly below = document.createElement("canvas");
  private readonly above = document.createElement("canvas");
  private readonly strip = document.createElement("canvas");
  private readonly belowContext = contextOf(this.below, false);
  private readonly aboveContext = contextOf(this.above, true);
  private readonly stripContext = contextOf(this.strip, false);
  private layout: Layout | null = null;
  private palette: Palette = LIGHT;

  constructor(
    host: HTMLElement,
    private readonly scene: Scene,
    private readonly names: AxisNames,
    private readonly tiles: TileStore,
    private readonly waves: WaveStore,
    private readonly density: DensityCache,
    private readonly mayCount: () => boolean,
  ) {
    for (const canvas of [this.below, this.above]) {
      canvas.setAttribute("aria-hidden", "true");
      host.append(canvas);
    }
  }

  close(): void {
    for (const canvas of [this.below, this.above, this.strip]) Object.assign(canvas, { width: 0, height: 0 });
    this.below.remove();
    this.above.remove();
  }

  /** Get ready for a frame; a new size empties the canvases. */
  begin(layout: Layout, palette: Palette, size: { width: number; height: number }): void {
    this.layout = layout;
    this.palette = palette;
    this.dense = Math.max(1, devicePixelRatio || 1);
    for (const canvas of [this.below, this.above]) this.fit(canvas, size.width, size.height);
    this.fit(this.strip, size.width, layout.overview.height);
  }

  private fit(canvas: HTMLCanvasElement, width: number, height: number): void {
    const [wide, high] = [Math.round(width * this.dense), Math.round(height * this.dense)];
    if (canvas.width === wide && canvas.height === high) return;
    Object.assign(canvas, { width: wide, height: high });
    if (canvas === this.strip) this.overviewStale = true;
  }

  private brush(context: CanvasRenderingContext2D): Brush | null {
    if (!this.layout) return null;
    const { scene, layout, palette, dense } = this;
    context.setTransform(dense, 0, 0, dense, 0, 0);
    context.font = FONT;
    return {
      context,
      layout,
      palette,
      dense,
      view: scene.view.peek(),
      colourOf: scene.colourOf.peek(),
      frequencies: this.tiles.frequencies,
      duration: scene.sound.duration,
    };
  }

  /** Draw everything but what moves; false if some of the spectrogram is not here yet. */
  base(table: Table | null): boolean {
    const brush = this.brush(this.belowContext);
    if (!brush) return true;
    this.view = brush.view;
    const { context, layout, palette } = brush;
    context.fillStyle = palette.background;
    context.fillRect(0, 0, layout.width, layout.height);
    const marks = axisTicks(brush, this.scene.sound, this.scene.look.peek());
    const owners = ownersOf(this.scene.layers.peek());
    let whole = true;
    clipped(context, 0, layout.body.top, layout.width, layout.body.height, () => {
      for (const box of layout.channels) {
        if (box.top > layout.height) break;
        whole = this.sound(brush, box, table) && whole;
        this.grid(brush, box, marks);
        this.annotations(brush, box);
        paintScale(brush, box, this.names, owners);
      }
    });
    paintAxis(brush, marks, this.zone());
    this.overview(brush);
    return whole;
  }

  private zone(): string {
    const { look, sound } = this.scene;
    return (look.peek().clockTime && clockOf(sound.recordedAt)?.zone) || "";
  }

  private sound(brush: Brush, box: ChannelBox, table: Table | null): boolean {
    const { context, layout, palette, view, dense } = brush;
    context.fillStyle = palette.sunken;
    context.fillRect(layout.left, box.top, layout.plotWidth, box.height);
    if (box.wave) {
      const extremes = this.waves.extremes(view, Math.round(layout.plotWidth * dense), box.channel);
      paintWave(brush, box.wave, extremes, 10 ** (this.scene.look.peek().gainDb / 20), palette.wave);
    }
    if (!box.spectrogram) return true;
    return table !== null && paintSpectrogram(brush, this.tiles, table, box.spectrogram, box.channel);
  }

  /** Thin lines of time through the waveform; the spectrogram is left as it is. */
  private grid(
    brush: Brush,
    box: ChannelBox,
    marks: readonly { time: number; label: string | null }[],
  ): void {
    const { context, layout, palette, view } = brush;
    if (!box.wave) return;
    context.fillStyle = palette.line;
    context.globalAlpha = 0.6;
    for (const mark of marks) {
      if (mark.label === null) continue;
      const x = layout.left + ((mark.time - view.start) / (view.end - view.start)) * layout.plotWidth;
      context.fillRect(Math.round(x), box.wave.top, 1, box.wave.height);
    }
    context.globalAlpha = 1;
  }

  private annotations(brush: Brush, box: ChannelBox): void {
    const { context, layout, palette } = brush;
    const layers = this.scene.layers.peek().filter((layer) => layer.visible);
    const bottom = (box.lanes.at(-1)?.top ?? box.top) + 18;
    for (const lane of box.lanes) {
      context.fillStyle = palette.background;
      context.fillRect(layout.left, lane.top, layout.plotWidth, lane.height);
    }
    clipped(context, layout.left, box.top, layout.plotWidth, Math.max(box.height, bottom - box.top), () => {
      for (const layer of layers) if (layer.kind === "mine") paintAreas(brush, box, layer.areas);
      for (const layer of layers) this.layer(brush, box, layer);
    });
  }

  private layer(brush: Brush, box: ChannelBox, layer: Layer): void {
    const density = densityFor(brush, layer, box.channel, this.density, this.mayCount);
    if (density) {
      paintDensity(brush, box, layer, density);
      return;
    }
    const segments = layer.segments.overlapping(brush.view.start, brush.view.end);
    const replaced = layer.editable ? (this.scene.draft.peek()?.replaces ?? null) : null;
    paintLayer(brush, box, layer, segments, this.scene.selected.peek(), replaced);
  }

  private overview(brush: Brush): void {
    if (this.overviewStale) {
      this.overviewStale = false;
      const strip = this.brush(this.stripContext);
      const { sound, layers } = this.scene;
      const { waves, density, mayCount } = this;
      if (strip) paintOverview(strip, { sound, layers: layers.peek(), waves, density, mayCount });
    }
    const { width, overview } = brush.layout;
    if (this.strip.width > 0) brush.context.drawImage(this.strip, 0, 0, width, overview.height);
    paintWindow(brush, this.scene.sound.duration);
  }

  /** Draw what moves. */
  over(pointer: { x: number; y: number } | null): void {
    const brush = this.brush(this.aboveContext);
    if (!brush) return;
    const { scene } = this;
    brush.context.clearRect(0, 0, brush.layout.width, brush.layout.height);
    const range = scene.range.peek();
    if (range) paintRange(brush, range);
    const draft = scene.draft.peek();
    if (draft) paintDraft(brush, draft);
    if (pointer) paintCrosshair(brush, pointer.x, pointer.y);
    paintPlayhead(brush, scene.time.peek(), scene.sound.duration);
  }
}
