/** The timeline: draws a scene when something of it changed. */
import { computed, effect, signal } from "@preact/signals";
import { isDark, theme } from "../../shell/theme";
import { type Table, tableOf } from "../model/colour";
import { follow, sameView } from "../model/view";
import { DensityCache } from "./density";
import { Finder } from "./Finder";
import { type Layout, layoutOf, shownChannels } from "./layout";
import { Loader } from "./loader";
import { Painter } from "./Painter";
import type { AxisNames } from "./paintAxes";
import { DARK, LIGHT, type Palette } from "./palette";
import type { Handlers, Scene } from "./scene";
import { TileStore } from "./tiles";
import { WaveStore } from "./waves";

export interface TimelineHandle extends Pick<Finder, keyof Finder> {
  readonly element: HTMLElement;
  /** Cursor while a tool drags; it is chosen by what is under the pointer otherwise. */
  setCursor(cursor: string): void;
  /** Load again what could not be had. */
  retry(): void;
}

/** Time in milliseconds that a frame may spend on counting segments anew; the rest follows in the next one. */
const COUNTING = 6;

export class Timeline extends Finder implements TimelineHandle {
  /** Something on the screen is not here yet. */
  readonly loading = signal(false);
  layout: Layout;
  scroll = 0;

  protected readonly tiles: TileStore;
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
    scene: Scene,
    private readonly handlers: Handlers,
    names: AxisNames,
  ) {
    super(scene);
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

  private tellPointer(): void {
    if (this.pointerTold) return;
    this.pointerTold = true;
    const { pointer, painter } = this;
    this.handlers.readout?.(pointer && this.readoutAt(pointer, painter.dense));
  }
}

/** What is on the screen first, of both kinds; what is only likely to be needed comes after. */
function merged<T>(waves: readonly T[], tiles: readonly T[], channels: number): T[] {
  const first = 3 * channels;
  return [...tiles.slice(0, first), ...waves.slice(0, first), ...tiles.slice(first), ...waves.slice(first)];
}
