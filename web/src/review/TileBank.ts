/** Pictures of sound for the cards on the screen, over many recordings: fetched a few at a time, kept within a bound. */
import { signal } from "@preact/signals";
import { ask, GET } from "../api/client";
import { fetchGrey, type Grey } from "../editor/canvas/fetchGrey";
import { Frequencies } from "../editor/canvas/frequency";
import { Loader, type Wish } from "../editor/canvas/loader";
import { ByteCache } from "../editor/canvas/lru";
import { look } from "../editor/document/settings";
import { type Levels, paint, type Table, tableOf } from "../editor/model/colour";
import { type Step, stepFor, stepsOf, tilesFor } from "../editor/model/pyramid";
import type { View } from "../editor/types";

/** What a card wants to show. */
export interface Picture {
  readonly recordingId: string;
  readonly channel: number | null;
  readonly view: View;
  /** Seconds per pixel of the screen. */
  readonly scale: number;
}

export interface Piece {
  readonly step: Step;
  readonly index: number;
  readonly surface: HTMLCanvasElement;
}

interface Facts {
  readonly steps: readonly Step[];
  readonly frequencies: Frequencies;
  readonly levels: Levels;
}

interface Tile {
  readonly grey: Grey;
  surface: HTMLCanvasElement | null;
  table: Table | null;
}

const MOST_BYTES = 80_000_000;
/** From one column to the next: for cards of long segments, and for those of short calls. */
const HOPS = { coarse: 0.01, fine: 0.001 } as const;
type Detail = keyof typeof HOPS;
const FINE_BELOW = HOPS.coarse / 2;

const detailFor = (scale: number): Detail => (scale < FINE_BELOW ? "fine" : "coarse");

export class TileBank {
  /** Grows when there is more to draw. */
  readonly version = signal(0);
  readonly trouble = signal<unknown>(null);
  private readonly facts = new Map<string, Facts>();
  private readonly tiles = new ByteCache<Tile>(MOST_BYTES, (tile) => {
    if (tile.surface) Object.assign(tile.surface, { width: 0, height: 0 });
  });
  private readonly loader = new Loader(
    () => this.grown(),
    (error) => {
      this.trouble.value = error;
    },
  );
  private shown: readonly Picture[] = [];
  private tables = new Map<string, Table>();
  dark = false;
  private frame = 0;

  /** Say which cards are on the screen, the most wanted first. */
  show(pictures: readonly Picture[]): void {
    this.shown = pictures;
    this.ask();
  }

  paintFor(dark: boolean): void {
    if (dark === this.dark) return;
    this.dark = dark;
    this.tables = new Map();
    this.version.value++;
  }

  retry(): void {
    this.trouble.value = null;
    this.loader.retry();
  }

  close(): void {
    cancelAnimationFrame(this.frame);
    this.loader.close();
    this.tiles.clear();
  }

  frequencies({ recordingId, scale }: Picture): Frequencies | null {
    return this.factsOf(recordingId, detailFor(scale))?.frequencies ?? null;
  }

  /** The pieces of a card that are here, from left to right. */
  pieces(picture: Picture): Piece[] {
    const step = this.stepOf(picture);
    if (!step) return [];
    return tilesFor(step, picture.view).flatMap((index) => {
      const tile = this.tiles.get(this.keyOf(picture, step, index));
      const surface = tile ? this.coloured(tile, picture) : null;
      return surface ? [{ step, index, surface }] : [];
    });
  }

  private grown(): void {
    this.ask();
    // Several tiles may come within a frame: cards look once.
    this.frame ||= requestAnimationFrame(() => {
      this.frame = 0;
      this.version.value++;
    });
  }

  private ask(): void {
    const wishes = new Map<string, Wish>();
    for (const picture of this.shown) {
      for (const wish of this.wishesOf(picture)) if (!wishes.has(wish.key)) wishes.set(wish.key, wish);
    }
    this.loader.wish([...wishes.values()]);
  }

  private wishesOf(picture: Picture): Wish[] {
    const { recordingId, scale } = picture;
    const step = this.stepOf(picture);
    if (!step) return [this.describe(recordingId, detailFor(scale))];
    return tilesFor(step, picture.view)
      .filter((index) => !this.tiles.has(this.keyOf(picture, step, index)))
      .map((index) => this.tileWish(picture, step, index));
  }

  private describe(recordingId: string, detail: Detail): Wish {
    return {
      key: `${recordingId} ${detail}`,
      load: async (signal) => {
        const found = await ask(
          GET("/api/v1/recordings/{recording_id}/spectrogram", {
            params: { path: { recording_id: recordingId }, query: settingsOf(detail) },
            signal,
          }),
        );
        this.facts.set(`${recordingId} ${detail}`, {
          steps: stepsOf(found, 0),
          frequencies: new Frequencies(found.band_hz),
          levels: { floorDb: found.floor_db, ceilingDb: found.ceiling_db },
        });
      },
    };
  }

  private tileWish(picture: Picture, step: Step, index: number): Wish {
    const key = this.keyOf(picture, step, index);
    const { recordingId, channel, scale } = picture;
    const words = Object.entries(settingsOf(detailFor(scale))).map(([name, value]) => [name, String(value)]);
    const query = new URLSearchParams(words);
    if (channel !== null) query.set("channel", String(channel));
    return {
      key,
      load: async (signal) => {
        const url = `/api/v1/recordings/${recordingId}/tiles/${step.level}/${index}?${query}`;
        const grey = await fetchGrey(url, signal);
        this.tiles.set(key, { grey, surface: null, table: null }, 5 * grey.width * grey.height);
      },
    };
  }

  private factsOf(recordingId: string, detail: Detail): Facts | undefined {
    return this.facts.get(`${recordingId} ${detail}`);
  }

  private stepOf({ recordingId, scale }: Picture): Step | undefined {
    const facts = this.factsOf(recordingId, detailFor(scale));
    return facts && stepFor(facts.steps, scale);
  }

  private keyOf({ recordingId, channel, scale }: Picture, step: Step, index: number): string {
    return `${recordingId} ${detailFor(scale)} ${channel ?? "mix"} ${step.level}/${index}`;
  }

  private tableFor({ recordingId, scale }: Picture): Table | null {
    const levels = this.factsOf(recordingId, detailFor(scale))?.levels;
    if (!levels) return null;
    const key = `${levels.floorDb} ${levels.ceilingDb}`;
    const table = this.tables.get(key) ?? tableOf(look.value, levels, !this.dark);
    this.tables.set(key, table);
    return table;
  }

  private coloured(tile: Tile, picture: Picture): HTMLCanvasElement | null {
    const table = this.tableFor(picture);
    if (table === null || tile.table === table) return tile.surface;
    tile.surface ??= document.createElement("canvas");
    const { width, height, values } = tile.grey;
    if (tile.surface.width !== width || tile.surface.height !== height) {
      Object.assign(tile.surface, { width, height });
    }
    const context = tile.surface.getContext("2d", { alpha: false });
    if (context === null) return null;
    const pixels = new ImageData(width, height);
    paint(values, table, new Uint32Array(pixels.data.buffer));
    context.putImageData(pixels, 0, 0);
    tile.table = table;
    return tile.surface;
  }
}

function settingsOf(detail: Detail): Record<string, string | number> {
  const { scale, windowSeconds, lowHz, highHz } = look.value;
  return {
    scale,
    window_seconds: windowSeconds,
    hop_seconds: Math.min(HOPS[detail], windowSeconds),
    ...(lowHz === null ? {} : { low_hz: lowHz }),
    ...(highHz === null ? {} : { high_hz: highHz }),
  };
}
