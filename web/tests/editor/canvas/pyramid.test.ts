import { describe, expect, it } from "vitest";
import type { SchemaSpectrogramAnswer } from "../../../src/api/schema";
import {
  columnAt,
  columnStart,
  ladder,
  neighbours,
  roundHalfUp,
  stepFor,
  stepsOf,
  tileSpan,
  tilesFor,
  tilesIn,
  tileWidth,
} from "../../../src/editor/model/pyramid";
import { randoms } from "./random";

/** As the server describes a recording: levels until one fits into a tile, three at least. */
function facts(duration: number, hop: number): SchemaSpectrogramAnswer {
  const columns = [Math.max(1, Math.ceil(duration / hop))];
  while ((columns.at(-1) ?? 0) > 1024 || columns.length < 3)
    columns.push(Math.ceil((columns.at(-1) ?? 0) / 4));
  return {
    key: "k",
    duration,
    column_seconds: hop,
    factor: 4,
    tile_columns: 1024,
    bands: 128,
    columns,
    band_hz: [],
    floor_db: -100,
    ceiling_db: 0,
  };
}

function steps(duration: number) {
  return ladder(stepsOf(facts(duration, 0.01), 0), stepsOf(facts(duration, 0.001), 1, 2));
}

describe("the steps of detail", () => {
  it("go from the finest to the coarsest, without the fine ones that the server would draw whole", () => {
    expect(steps(60).map((step) => [step.source, step.level])).toEqual([
      [1, 0],
      [1, 1],
      [0, 0],
      [0, 1],
      [0, 2],
    ]);
  });

  it("give at least one column to each pixel, and at most four", () => {
    const all = steps(86_400);
    const finest = all[0]?.seconds ?? 0;
    for (let perPixel = finest; perPixel < 10; perPixel *= 1.01) {
      const ratio = perPixel / (stepFor(all, perPixel)?.seconds ?? 0);
      expect(ratio).toBeGreaterThanOrEqual(1 - 1e-6);
      expect(ratio).toBeLessThan(4.01);
    }
    expect(stepFor(all, 1e-6)).toBe(all[0]);
    expect(stepFor(all, 1e6)).toBe(all.at(-1));
    expect(stepFor([], 1)).toBeUndefined();
  });

  it("show a whole day in one tile of the coarsest", () => {
    const top = steps(86_400).at(-1);
    if (!top) throw new Error("a step");
    expect(tilesFor(top, { start: 0, end: 86_400 })).toEqual([0]);
  });
});

describe("tiles", () => {
  it("cover a view without gap or overlap, and nothing besides it", () => {
    const random = randoms(6);
    for (let k = 0; k < 600; k++) {
      const duration = 0.5 + random() ** 3 * 86_400;
      const all = steps(duration);
      const step = all[Math.floor(random() * all.length)];
      if (!step) throw new Error("a step");
      const start = random() * duration;
      const view = { start, end: Math.min(duration, start + 0.05 + random() * 8 * 1024 * step.seconds) };
      const indices = tilesFor(step, view);
      const spans = indices.map((index) => tileSpan(step, index));
      expect(spans.length).toBeGreaterThan(0);
      const last = (spans.at(-1)?.end ?? 0) >= view.end - 1e-6 || indices.at(-1) === tilesIn(step) - 1;
      expect(last).toBe(true);
      expect(spans[0]?.start ?? 1).toBeLessThanOrEqual(view.start + 1e-6);
      for (let n = 1; n < spans.length; n++) expect(spans[n]?.start).toBeCloseTo(spans[n - 1]?.end ?? -1, 6);
      if (spans.length > 1) {
        expect(spans[0]?.end).toBeGreaterThan(view.start - 1e-6);
        expect(spans.at(-1)?.start).toBeLessThan(view.end + 1e-6);
      }
    }
  });

  it("have as many columns as the level", () => {
    for (const duration of [0.3, 9.99, 10.24, 61.25, 86_400]) {
      for (const step of steps(duration)) {
        const widths = Array.from({ length: tilesIn(step) }, (_, index) => tileWidth(step, index));
        expect(widths.reduce((sum, width) => sum + width, 0)).toBe(step.columns);
        expect(tileWidth(step, tilesIn(step))).toBe(0);
      }
    }
  });

  it("begin half a step early, on every level alike", () => {
    const [fine] = stepsOf(facts(60, 0.01), 0);
    const coarse = stepsOf(facts(60, 0.01), 0)[2];
    if (!fine || !coarse) throw new Error("steps");
    expect(columnStart(fine, 0)).toBeCloseTo(-0.005, 12);
    expect(columnStart(coarse, 0)).toBeCloseTo(-0.005, 12);
    // Column 3 of level 2 shows columns 48 to 63 of level 0.
    expect(columnStart(coarse, 3)).toBeCloseTo(columnStart(fine, 48), 12);
    expect(columnAt(fine, 0.0049)).toBe(0);
    expect(columnAt(fine, 0.005)).toBe(1);
    expect(columnAt(fine, 1e9)).toBe(fine.columns - 1);
    for (let column = 0; column < fine.columns; column++)
      expect(columnAt(fine, columnStart(fine, column))).toBe(column);
  });

  it("beside a view come in the direction of the movement", () => {
    const [step] = stepsOf(facts(60, 0.01), 0);
    if (!step) throw new Error("a step");
    const view = { start: 25, end: 27 };
    expect(tilesFor(step, view)).toEqual([2]);
    expect(neighbours(step, view, 1)).toEqual([3, 1]);
    expect(neighbours(step, view, -1)).toEqual([1, 3]);
    expect(neighbours(step, { start: 0, end: 1 }, 1)).toEqual([1]);
    expect(tilesFor(step, { start: 5, end: 5 })).toEqual([]);
  });
});

it("rounds half up, also below zero", () => {
  expect([0.5, 1.5, -0.5, -1.5, 2.4999].map(roundHalfUp)).toEqual([1, 2, 0, -1, 2]);
});
