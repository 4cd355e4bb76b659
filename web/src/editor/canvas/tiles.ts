/** Spectrogram tiles of one recording: which are wanted, which are here, and their colours. */
import { ask, GET } from "../../api/client";
import type { SchemaSpectrogramAnswer } from "../../api/schema";
import { type Levels, paint, type Table } from "../model/colour";
import {
  ladder,
  neighbours,
  type Span,
  type Step,
  stepFor,
  stepsBeside,
  stepsOf,
  tileSpan,
  tilesFor,
} from "../model/pyramid";
import type { Look, Sound, View } from "../types";
import { fetchGrey, type Grey } from "./fetchGrey";
import { Frequencies } from "./frequency";
import type { Wish } from "./loader";
import { ByteCache } from "./lru";

/** A tile and its colours as they were last needed. */
export interface Tile {
  readonly grey: Grey;
  surface: HTMLCanvasElement | null;
  table: Table | null;
}

interface Place {
  readonly step: Step;
  readonly index: number;
  readonly channel: number | null;
}

/** What is known of the pictures with one look. */
interface Facts {
  readonly key: string;
  readonly sources: readonly string[];
  readonly steps: readonly Step[];
  readonly frequencies: Frequencies;
  readonly levels: Levels;
}

/** Grey values and colours of about 90 full tiles: a dozen screens. */
const MOST_BYTES = 60_000_000;
const COARSE_HOP = 0.01;
const FINE_HOP = 0.001;
/** Levels of the fine pictures: the server draws these from their part of the recording alone. */
const FINE_LEVELS = 2;
/** From this level on, the server draws the whole recording when a look is new to it. */
const WHOLE_LEVEL = 2;

type Settings = Record<string, string | number>;

function settingsOf(look: Look, hop: number): Settings {
  const settings: Settings = {
    scale: look.scale,
    window_seconds: look.windowSeconds,
    hop_seconds: Math.min(hop, look.windowSeconds),
  };
  if (look.lowHz !== null) settings.low_hz = look.lowHz;
  if (look.highHz !== null) settings.high_hz = look.highHz;
  return settings;
}

function queryOf(settings: Settings): string {
  return new URLSearchParams(
    Object.entries(settings).map(([name, value]) => [name, String(value)]),
  ).toString();
}

export class TileStore {
  private readonly cache = new ByteCache<Tile>(MOST_BYTES, release);
  private facts: Facts | null = null;
  private wanted = "";
  /** Looks of which the server has drawn the whole recording, as far as is known here. */
  private readonly drawn = new Set<string>();

  constructor(
    private readonly sound: Sound,
    private readonly changed: () => void,
    private readonly trouble: (error: unknown) => void,
  ) {}

  get bytes(): number {
    return this.cache.bytes;
  }

  get frequencies(): Frequencies | null {
    return this.facts?.frequencies ?? null;
  }

  get levels(): Levels | null {
    return this.facts?.levels ?? null;
  }

  get steps(): readonly Step[] {
    return this.facts?.steps ?? [];
  }

  /** Use the pictures of a look; the old ones stay until the new ones are described. */
  async use(look: Look): Promise<void> {
    const coarse = settingsOf(look, COARSE_HOP);
    const fine = settingsOf(look, FINE_HOP);
    const key = queryOf(coarse);
    if (key === this.wanted) return;
    this.wanted = key;
    try {
      const [first, second] = await Promise.all([this.describe(coarse), this.describe(fine)]);
      if (this.wanted === key) this.facts = factsOf(key, queryOf(fine), first, second);
      this.changed();
    } catch (error) {
      if (this.wanted === key) this.wanted = "";
      this.trouble(error);
    }
  }

  private describe(query: Settings): Promise<SchemaSpectrogramAnswer> {
    const path = { recording_id: this.sound.recordingId };
    return ask(GET("/api/v1/recordings/{recording_id}/spectrogram", { params: { path, query } }));
  }

  /** A tile, if it is here. */
  get(step: Step, index: number, channel: number | null): Tile | undefined {
    return this.cache.get(this.keyOf(step, index, channel));
  }

  has(step: Step, index: number, channel: number | null): boolean {
    return this.cache.has(this.keyOf(step, index, channel));
  }

  /** The colours of a tile as a picture. */
  coloured(tile: Tile, table: Table): HTMLCanvasElement | null {
    if (tile.table === table) return tile.surface;
    tile.surface ??= document.createElement("canvas");
    const { width, height, values } = tile.grey;
    if (tile.surface.width !== width || tile.surface.height !== height)
      Object.assign(tile.surface, { width, height });
    const context = tile.surface.getContext("2d", { alpha: false });
    if (context === null) return null;
    const pixels = new ImageData(width, height);
    paint(values, table, new Uint32Array(pixels.data.buffer));
    context.putImageData(pixels, 0, 0);
    tile.table = table;
    return tile.surface;
  }

  /** What is missing for a view, first what is on the screen, then what the next movement would show. */
  wishes(
    view: View,
    secondsPerPixel: number,
    channels: readonly (number | null)[],
    direction: number,
  ): Wish[] {
    const step = stepFor(this.steps, secondsPerPixel);
    const top = this.steps.at(-1);
    if (step === undefined || top === undefined) return [];
    const [above, below] = stepsBeside(this.steps, step);
    const seen = [
      ...this.missing(top, tilesFor(top, view), channels),
      ...this.missing(step, tilesFor(step, view), channels),
    ];
    const next = this.missing(step, neighbours(step, view, direction), channels);
    if (above) next.push(...this.missing(above, tilesFor(above, view), channels));
    if (below) next.push(...this.missing(below, middleOf(tilesFor(below, view)), channels));
    return [...seen.map((place) => this.wish(place, false)), ...next.map((place) => this.wish(place, true))];
  }

  private missing(step: Step, indices: readonly number[], channels: readonly (number | null)[]): Place[] {
    const places = indices.flatMap((index) => channels.map((channel) => ({ step, index, channel })));
    return places.filter((place) => !this.has(place.step, place.index, place.channel));
  }

  private wish({ step, index, channel }: Place, ahead: boolean): Wish {
    const key = this.keyOf(step, index, channel);
    const look = this.facts?.key ?? "";
    const drawnNow = step.source !== 0 || step.level < WHOLE_LEVEL;
    const whole = !drawnNow && !this.drawn.has(look);
    // The server goes on drawing what is no longer wanted: of what is only likely to be seen, one at a time.
    const lane = whole ? look : ahead && drawnNow ? "ahead" : undefined;
    return {
      key,
      lane,
      load: async (signal) => {
        const grey = await fetchGrey(this.urlOf(step, index, channel), signal);
        if (whole) this.drawn.add(look);
        const pixels = grey.width * grey.height;
        this.cache.set(key, { grey, surface: null, table: null }, 5 * pixels);
      },
    };
  }

  private keyOf(step: Step, index: number, channel: number | null): string {
    return `${this.facts?.sources[step.source]}/${channel ?? "mix"}/${step.level}/${index}`;
  }

  private urlOf(step: Step, index: number, channel: number | null): string {
    const query = `${this.facts?.sources[step.source]}&image=png${channel === null ? "" : `&channel=${channel}`}`;
    return `/api/v1/recordings/${this.sound.recordingId}/tiles/${step.level}/${index}?${query}`;
  }

  /** Cached tiles for a stretch, what is to be drawn first in front: coarser ones that stand in, then finer, then its own. */
  cover(step: Step, index: number, channel: number | null): [Step, number][] {
    if (this.has(step, index, channel)) return [[step, index]];
    const span = tileSpan(step, index);
    const place = this.steps.indexOf(step);
    const found: [Step, number][] = [];
    for (const coarser of this.steps.slice(place + 1)) {
      const tiles = this.here(coarser, span, channel);
      found.push(...tiles);
      if (tiles.length > 0 && tiles.length === tilesFor(coarser, span).length) break;
    }
    found.reverse();
    const finer = this.steps[place - 1];
    return finer ? [...found, ...this.here(finer, span, channel)] : found;
  }

  private here(step: Step, span: Span, channel: number | null): [Step, number][] {
    const indices = tilesFor(step, span).filter((index) => this.has(step, index, channel));
    return indices.map((index) => [step, index]);
  }

  clear(): void {
    this.cache.clear();
  }
}

function release(tile: Tile): void {
  // Safari keeps the memory of a canvas until it is made small.
  if (tile.surface) Object.assign(tile.surface, { width: 0, height: 0 });
}

function middleOf(indices: readonly number[]): number[] {
  const middle = indices[indices.length >> 1];
  return middle === undefined ? [] : [middle];
}

function factsOf(
  key: string,
  fineKey: string,
  coarse: SchemaSpectrogramAnswer,
  fine: SchemaSpectrogramAnswer,
): Facts {
  const finer = fine.column_seconds < coarse.column_seconds ? stepsOf(fine, 1, FINE_LEVELS) : [];
  return {
    key,
    sources: [key, fineKey],
    steps: ladder(stepsOf(coarse, 0), finer),
    frequencies: new Frequencies(coarse.band_hz),
    levels: { floorDb: coarse.floor_db, ceilingDb: coarse.ceiling_db },
  };
}
