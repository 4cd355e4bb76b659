import { describe, expect, it } from "vitest";
import {
  CHUNK_COLUMNS,
  chunkSeconds,
  chunksFor,
  columnSeconds,
  finestLevel,
  levelFor,
  NOTHING,
  pool,
  requestOf,
  topLevel,
} from "../../../src/editor/canvas/peaks";
import { randoms } from "./random";

describe("levels of a waveform", () => {
  it("have one to four columns for each pixel, no finer than samples", () => {
    for (let perPixel = 5e-5; perPixel < 80; perPixel *= 1.03) {
      const ratio = perPixel / columnSeconds(levelFor(perPixel, 48_000, 86_400));
      expect(ratio).toBeGreaterThanOrEqual(1 - 1e-6);
      expect(ratio).toBeLessThan(4.001);
    }
    for (const rate of [100, 8000, 44_100, 384_000]) {
      const fine = columnSeconds(finestLevel(rate));
      expect(fine >= (1 / rate) * (1 - 1e-6) || fine === 0.01).toBe(true);
    }
  });

  it("end where the whole recording is one chunk", () => {
    for (const duration of [0.2, 10.24, 10.25, 3600, 86_400]) {
      const top = topLevel(duration);
      expect(chunksFor(top, { start: 0, end: duration }, duration)).toEqual([0]);
      if (top > 0) expect(chunkSeconds(top - 1)).toBeLessThan(duration);
    }
  });
});

describe("chunks", () => {
  it("cover a view from its first to its last moment", () => {
    const random = randoms(8);
    for (let k = 0; k < 3000; k++) {
      const duration = 0.1 + random() ** 3 * 86_400;
      const level = Math.floor(random() * 10) - 4;
      const start = random() * duration;
      const view = { start, end: Math.min(duration, start + random() ** 3 * chunkSeconds(level) * 5) };
      const chunks = chunksFor(level, view, duration);
      const last = chunks.at(-1) ?? 0;
      expect((chunks[0] ?? 0) * chunkSeconds(level)).toBeLessThanOrEqual(view.start + 1e-6);
      expect(Math.min(duration, (last + 1) * chunkSeconds(level))).toBeGreaterThanOrEqual(view.end - 1e-6);
      for (const index of chunks) {
        const { start: from, end, columns } = requestOf(level, index, duration);
        expect(end).toBeGreaterThan(from);
        expect(end).toBeLessThanOrEqual(duration);
        expect(columns).toBeLessThanOrEqual(CHUNK_COLUMNS);
      }
    }
  });
});

describe("pixels of a waveform", () => {
  const values = Int16Array.from({ length: 2048 }, (_, k) => (k % 2 ? k >> 1 : -(k >> 1)));
  const chunk = { start: 0, end: 10.24, columns: 1024, values };

  it("show the smallest and largest of all their columns", () => {
    const out = new Int16Array(2 * 256).fill(NOTHING);
    pool(chunk, { start: 0, end: 10.24 }, 256, 0, 256, out);
    expect([...out.slice(0, 4)]).toEqual([-3, 3, -7, 7]);
    expect([...out.slice(-2)]).toEqual([-1023, 1023]);
  });

  it("repeat a column that is wider than they are", () => {
    const out = new Int16Array(2 * 100).fill(NOTHING);
    pool(chunk, { start: 5, end: 5.1 }, 100, 0, 100, out);
    expect(new Set([...out].map(Math.abs))).toEqual(
      new Set([500, 501, 502, 503, 504, 505, 506, 507, 508, 509]),
    );
  });

  it("lose no loud column between two of them, at any zoom", () => {
    const random = randoms(9);
    for (let k = 0; k < 300; k++) {
      const quiet = new Int16Array(2048);
      const loud = Math.floor(random() * 1024);
      quiet[2 * loud + 1] = 30_000;
      const width = 50 + Math.floor(random() * 3000);
      const out = new Int16Array(2 * width).fill(NOTHING);
      pool({ ...chunk, values: quiet }, { start: 0, end: 10.24 }, width, 0, width, out);
      expect(Math.max(...out)).toBe(30_000);
    }
  });

  it("at the border of two chunks show both", () => {
    const left = { start: 0, end: 1, columns: 1, values: Int16Array.of(-10, 10) };
    const right = { start: 1, end: 2, columns: 1, values: Int16Array.of(-20, 5) };
    const out = new Int16Array(2 * 3).fill(NOTHING);
    const view = { start: 0, end: 2 };
    pool(left, view, 3, 0, 2, out);
    pool(right, view, 3, 1, 3, out);
    expect([...out]).toEqual([-10, 10, -20, 10, -20, 5]);
  });
});
