/** The timeline: draws a scene when something of it changed, and says what lies under a pointer. */
import { computed, effect, signal } from "@preact/signals";
import { isDark, theme } from "../../shell/theme";
import { type Table, tableOf } from "../model/colour";
import { follow, sameView } from "../model/view";
import type { Hit, Layer, Place, Segment } from "../types";
import { DensityCache } from "./density";
import * as geometry from "./geometry";
import { boxAt, type Layout, layoutOf, shownChannels, within, zoneAt } from "./layout";
import { Loader } from "./loader";
import { Painter } from "./Painter";
import type { AxisNames } from "./paintAxes";
import { levelAt } from "./paintSound";
import { DARK, LIGHT, type Palette } from "./palette";
import type { Handlers, Readout, Rect, Scene, Zone } from "./scene";
import { TileStore } from "./tiles";
import { WaveStore } from "./waves";

export interface TimelineHandle {
  readonly element: HTMLElement;
  readonly layout: Layout;
  /** The place of a point in CSS pixels from the top left corner; held within the recording. */
  placeAt(x: number, y: number): Place;
  /** Frequency at a height in a channel's spectrogram, held at its ends, for drags that leave it; null without one. */
  hzNear(channel: number | null, y: number): number | null;
  zoneAt(x: number, y: number): Zone;
  /** The segment under a point: selected ones first, then the nearest edge, then the shortest. */
  hitAt(x: number, y: number, layers?: readonly Layer[]): Hit | null;
  /** Where a segment is drawn first from the top, cut at the edge of the screen; null if it is not on it. */
  rectOf(segment: Segment, layerId: string): Rect | null;
  /** Pixels from the left for a moment, which may lie outside. */
  xOf(time: number): number;
  timeAt(x: number): number;
  /** Seconds that a pixel stands for, as for snapping. */
  secondsPerPixel(): number;
  /** Cursor while a tool drags; it is chosen by what is under the pointer otherwise. */
  setCursor(cursor: string): void;
  /** Load again what could not be had. */
  retry(): void;
}

/** Time in milliseconds that a frame may spend on counting segments anew; the rest follows in the next one. */
const COUNTING = 6;

export class Timeline implements TimelineHandle {
  /** Something on the screen is not here yet. */
  readonly loading = signal(false);
  layout: Layout;
  scroll = 0;

  private readonly tiles: TileStore;
  private readonly waves: WaveStore;
  private readonly density = new DensityCache();
  private readonly loader: Loader;
  private readonly painter: Painter;
  private readonly ends: (() => void)[] = [];
  private table: Table | null = null;
  private pointer: { x: number; y: number } | null = null;
  private pointerTold = true;
  private baseStale = true;
  private overStale = true;
  private frame = 0;
  private direction = 1;
  private size = { width: 0, height: 0 };
  private frameStart = 0;
  private overviewDrawn = false;

  constructor(
    readonly element: HTMLElement,
    private readonly scene: Scene,
    private readonly handlers: Handlers,
    names: AxisNames,
  ) {
    const trouble = (error: unknown) => handlers.trouble?.(error);
    this.tiles = new TileStore(scene.sound, () => this.staleAll(), trouble);
    this.waves = new WaveStore(scene.sound);
    this.loader = new Loader(() => this.staleSound(), trouble);
    this.layout = this.arrange();
    this.painter = new Painter(element, scene, names, this.tiles, this.waves, this.density, () =>
      this.mayCount(),
    );
    this.watch();
  }

  private watch(): void {
    const { scene } = this;
    const observer = new ResizeObserver(([entry]) => {
      if (entry) this.resize(entry.contentRect.width, entry.contentRect.height);
    });
    observer.observe(this.element);
    const system = matchMedia("(prefers-color-scheme: dark)");
    const themed = () => this.recolour();
    // While a segment is dragged only its draft moves; the segment itself is left out below once.
    const replaced = computed(() => scene.draft.value?.replaces ?? null);
    system.addEventListener("change", themed);
    this.ends.push(
      () => observer.disconnect(),
      () => system.removeEventListener("change", themed),
      effect(() => this.viewChanged(scene.view.value)),
      effect(() => {
        void this.tiles.use(scene.look.value);
        this.recolour();
      }),
      effect(() => {
        theme.value;
        this.recolour();
      }),
      effect(() => this.layersChanged()),
      effect(() => {
        scene.selected.value;
        replaced.value;
        this.stale();
      }),
      effect(() => {
        scene.draft.value;
        this.staleOver();
      }),
      effect(() => this.timeChanged()),
    );
  }

  close(): void {
    for (const end of this.ends) end();
    cancelAnimationFrame(this.frame);
    this.loader.close();
    this.tiles.clear();
    this.waves.clear();
    this.painter.close();
  }

  // What changed, and what has to be drawn anew because of it.

  private viewChanged(view: { start: number }): void {
    const before = this.painter.view;
    if (before && view.start !== before.start) this.direction = Math.sign(view.start - before.start);
    this.stale();
  }

  private layersChanged(): void {
    for (const layer of this.scene.layers.value) layer.segments.version.value;
    this.scene.colourOf.value;
    this.staleAll();
  }

  private timeChanged(): void {
    const { scene } = this;
    const [time, playing] = [scene.time.value, scene.playing.value];
    scene.range.value;
    if (playing) {
      const view = scene.view.peek();
      const next = follow(view, time, scene.sound.duration, scene.follow.peek());
      if (!sameView(view, next)) scene.view.value = next;
    }
    this.staleOver();
  }

  private staleOver(): void {
    this.overStale = true;
    this.schedule();
  }

  private recolour(): void {
    const levels = this.tiles.levels;
    this.table = levels && tableOf(this.scene.look.peek(), levels, !isDark());
    this.staleAll();
  }

  private stale(): void {
    this.baseStale = true;
    this.schedule();
  }

  private staleSound(): void {
    if (!this.overviewDrawn) this.painter.overviewStale = true;
    this.overviewDrawn = this.waves.overviewHere;
    this.stale();
  }

  private staleAll(): void {
    if (this.painter) this.painter.overviewStale = true;
    if (this.table === null && this.tiles?.levels) this.recolour();
    this.stale();
  }

  private resize(width: number, height: number): void {
    this.size = { width: Math.floor(width), height: Math.floor(height) };
    this.painter.overviewStale = true;
    this.stale();
  }

  scrollBy(pixels: number): void {
    this.scrollTo(this.scroll + pixels);
  }

  scrollTo(pixels: number): void {
    this.scroll = Math.min(Math.max(pixels, 0), this.layout.overflow);
    this.stale();
  }

  pointAt(x: number, y: number): void {
    this.pointer = { x, y };
    this.pointerTold = false;
    this.staleOver();
  }

  pointAway(): void {
    this.pointer = null;
    this.pointerTold = false;
    this.staleOver();
  }

  setCursor(cursor: string): void {
    if (this.element.style.cursor !== cursor) this.element.style.cursor = cursor;
  }

  retry(): void {
    void this.tiles.use(this.scene.look.peek());
    this.loader.retry();
  }

  // Drawing.

  private schedule(): void {
    this.frame ||= requestAnimationFrame(this.draw);
  }

  private mayCount(): boolean {
    if (performance.now() - this.frameStart < COUNTING) return true;
    this.painter.overviewStale = true;
    this.baseStale = true;
    return false;
  }

  private readonly draw = (): void => {
    this.frame = 0;
    this.frameStart = performance.now();
    if (this.size.width < 1 || this.size.height < 1) return;
    this.layout = this.arrange();
    const palette: Palette = isDark() ? DARK : LIGHT;
    this.painter.begin(this.layout, palette, this.size);
    if (this.baseStale) this.drawBase();
    else if (!this.overStale) return;
    this.overStale = false;
    this.painter.over(this.pointer);
    this.tellPointer();
    if (this.baseStale) this.schedule();
  };

  private drawBase(): void {
    this.baseStale = false;
    const whole = this.painter.base(this.table);
    this.wish();
    this.loading.value = !whole && this.loader.pending > 0;
  }

  private wish(): void {
    const { view, look, sound } = this.scene;
    const channels = shownChannels(sound.channels, look.peek().split);
    const dense = this.painter.dense;
    const perPixel = this.secondsPerPixel() / dense;
    const waves = look.peek().waveform ? this.waves.wishes(view.peek(), perPixel, channels) : [];
    const tiles = look.peek().spectrogram
      ? this.tiles.wishes(view.peek(), perPixel, channels, this.direction)
      : [];
    this.loader.wish([...this.waves.overviewWish(), ...merged(waves, tiles, channels.length)]);
  }

  private arrange(): Layout {
    const { sound, look, layers } = this.scene;
    const [shown, all] = [look.peek(), layers.peek()];
    return layoutOf({
      ...this.size,
      channels: sound.channels,
      look: shown,
      layers: all,
      scroll: this.scroll,
    });
  }

  // What lies where.

  private get geometry(): geometry.Geometry {
    const { view, sound } = this.scene;
    const { layout, tiles } = this;
    return { layout, view: view.peek(), frequencies: tiles.frequencies, duration: sound.duration };
  }

  placeAt(x: number, y: number): Place {
    return geometry.placeAt(this.geometry, x, y);
  }

  hzNear(channel: number | null, y: number): number | null {
    return geometry.hzNear(this.geometry, channel, y);
  }

  zoneAt(x: number, y: number): Zone {
    return zoneAt(this.layout, x, y);
  }

  hitAt(x: number, y: number, layers = this.scene.layers.peek()): Hit | null {
    return geometry.hitAt(this.geometry, x, y, layers, this.scene.selected.peek());
  }

  rectOf(segment: Segment, layerId: string): Rect | null {
    const layer = this.scene.layers.peek().find((one) => one.id === layerId);
    if (!layer) return null;
    for (const box of this.layout.channels) {
      const rect = geometry.rectIn(this.geometry, box, layer, segment);
      if (rect) return rect;
    }
    return null;
  }

  xOf(time: number): number {
    return geometry.plotX(this.geometry, time);
  }

  timeAt(x: number): number {
    return geometry.plotTime(this.geometry, x);
  }

  secondsPerPixel(): number {
    const view = this.scene.view.peek();
    return (view.end - view.start) / this.layout.plotWidth;
  }

  private tellPointer(): void {
    if (this.pointerTold) return;
    this.pointerTold = true;
    this.handlers.readout?.(this.readout());
  }

  private readout(): Readout | null {
    if (!this.pointer || this.pointer.y < this.layout.axis.top) return null;
    const { x, y } = this.pointer;
    const place = this.placeAt(x, y);
    const band = boxAt(this.layout, y)?.spectrogram ?? null;
    if (!band || !within(y, band)) return { ...place, db: null };
    const perPixel = this.secondsPerPixel() / this.painter.dense;
    return {
      ...place,
      db: levelAt(this.tiles, place.time, 1 - (y - band.top) / band.height, place.channel, perPixel),
    };
  }
}

/** What is on the screen first, of both kinds; what is only likely to be needed comes after. */
function merged<T>(waves: readonly T[], tiles: readonly T[], channels: number): T[] {
  const first = 3 * channels;
  return [...tiles.slice(0, first), ...waves.slice(0, first), ...tiles.slice(first), ...waves.slice(first)];
}
