/** Waveforms of one recording: which chunks are wanted and which are here. */
import { fetchRaw } from "../../api/client";
import type { Sound, View } from "../types";
import type { Wish } from "./loader";
import { ByteCache } from "./lru";
import {
  CHUNK_COLUMNS,
  type Chunk,
  chunkSeconds,
  chunksFor,
  levelFor,
  NOTHING,
  pool,
  requestOf,
  topLevel,
} from "./peaks";

/** About two thousand chunks of 4 kB. */
const MOST_BYTES = 8_000_000;

export class WaveStore {
  private readonly cache = new ByteCache<Chunk>(MOST_BYTES);
  private readonly top: number;

  constructor(private readonly sound: Sound) {
    this.top = topLevel(sound.duration);
  }

  get bytes(): number {
    return this.cache.bytes;
  }

  /** What is missing for a view: the whole recording once, the screen, and what lies beside it. */
  wishes(view: View, secondsPerPixel: number, channels: readonly (number | null)[]): Wish[] {
    const level = levelFor(secondsPerPixel, this.sound.sampleRate, this.sound.duration);
    const seen = chunksFor(level, view, this.sound.duration);
    const [first, last] = [seen[0] ?? 0, seen.at(-1) ?? 0];
    const beside = [last + 1, first - 1].filter(
      (index) => index >= 0 && index * chunkSeconds(level) < this.sound.duration,
    );
    const above = level < this.top ? chunksFor(level + 1, view, this.sound.duration) : [];
    return [
      ...this.missing(this.top, [0], channels),
      ...this.missing(level, seen, channels),
      ...this.missing(level + 1, above, channels),
      ...this.missing(level, beside, channels),
    ];
  }

  /** The waveform of the whole recording, for the overview. */
  overviewWish(): Wish[] {
    return this.missing(this.top, [0], [null]);
  }

  get overviewHere(): boolean {
    return this.cache.has(keyOf(this.top, 0, null));
  }

  private missing(level: number, indices: readonly number[], channels: readonly (number | null)[]): Wish[] {
    const places = indices.flatMap((index) => channels.map((channel) => ({ index, channel })));
    return places
      .map(({ index, channel }) => ({ index, channel, key: keyOf(level, index, channel) }))
      .filter(({ key }) => !this.cache.has(key))
      .map(({ index, channel, key }) => ({
        key,
        load: async (signal: AbortSignal) => {
          const chunk = await this.fetch(level, index, channel, signal);
          this.cache.set(key, chunk, chunk.values.byteLength);
        },
      }));
  }

  private async fetch(
    level: number,
    index: number,
    channel: number | null,
    signal: AbortSignal,
  ): Promise<Chunk> {
    const asked = requestOf(level, index, this.sound.duration);
    const query = new URLSearchParams(Object.entries(asked).map(([name, value]) => [name, String(value)]));
    if (channel !== null) query.set("channel", String(channel));
    const response = await fetchRaw(`/api/v1/recordings/${this.sound.recordingId}/peaks?${query}`, {
      headers: { Accept: "application/octet-stream" },
      signal,
    });
    const bytes = new DataView(await response.arrayBuffer());
    const values = Int16Array.from({ length: bytes.byteLength / 2 }, (_, k) => bytes.getInt16(2 * k, true));
    return { ...asked, values };
  }

  /** The chunk for a stretch of a level, or a coarser one that stands in for it. */
  private best(level: number, index: number, channel: number | null): Chunk | undefined {
    for (let [n, k] = [level, index]; n <= this.top; n++, k = Math.floor(k / 4)) {
      const chunk = this.cache.get(keyOf(n, k, channel));
      if (chunk) return chunk;
    }
    return undefined;
  }

  /** Smallest and largest sample of each of `width` pixels, `NOTHING` where none are known. */
  extremes(view: View, width: number, channel: number | null): Int16Array {
    const out = new Int16Array(2 * width).fill(NOTHING);
    const perPixel = (view.end - view.start) / width;
    const level = levelFor(perPixel, this.sound.sampleRate, this.sound.duration);
    const until = Math.min(width, Math.ceil((this.sound.duration - view.start) / perPixel));
    for (const index of chunksFor(level, view, this.sound.duration)) {
      const chunk = this.best(level, index, channel);
      if (!chunk) continue;
      const start = index * chunkSeconds(level);
      const from = Math.max(0, Math.floor((start - view.start) / perPixel));
      const to = Math.min(until, Math.ceil((start + chunkSeconds(level) - view.start) / perPixel));
      pool(chunk, view, width, from, to, out);
    }
    return out;
  }

  clear(): void {
    this.cache.clear();
  }
}

function keyOf(level: number, index: number, channel: number | null): string {
  return `${channel ?? "mix"}/${level}/${index}/${CHUNK_COLUMNS}`;
}
