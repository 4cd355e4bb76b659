import { signal } from "@preact/signals";
import { describe, expect, it } from "vitest";
import {
  binLevel,
  binSeconds,
  DensityCache,
  densityOf,
  TILE_BINS,
  tilesOf,
} from "../../../src/editor/canvas/density";
import type { Layer, Segment } from "../../../src/editor/types";
import { randoms } from "./random";
import { sourceOf } from "./source";

const segment = (start: number, end: number, label = "a"): Segment => ({ id: `${start}`, start, end, label });

describe("density", () => {
  it("has bins of one to two pixels", () => {
    for (let perPixel = 0.001; perPixel < 100; perPixel *= 1.1) {
      const ratio = binSeconds(binLevel(perPixel)) / perPixel;
      expect(ratio).toBeGreaterThanOrEqual(1 - 1e-9);
      expect(ratio).toBeLessThan(2 + 1e-9);
    }
  });

  it("names the label that fills most of a bin, and how much is filled", () => {
    const tile = densityOf(
      [segment(0, 0.25, "a"), segment(0.25, 1, "b"), segment(1, 1.5, "a"), segment(5, 5)],
      0,
      1,
    );
    expect(tile.labels[(tile.dominant[0] ?? 0) - 1]).toBe("b");
    expect(tile.labels[(tile.dominant[1] ?? 0) - 1]).toBe("a");
    expect([tile.filling[0], tile.filling[1], tile.filling[2]]).toEqual([255, 128, 0]);
    expect(tile.filling[5]).toBeGreaterThan(0);
    expect(tile.dominant[2]).toBe(0);
    expect(tile.begun).toBe(4);
  });

  it("counts each segment in one tile only, and loses none", () => {
    const random = randoms(10);
    const all = Array.from({ length: 5000 }, () => {
      const start = random() * 86_000;
      return segment(start, start + random() * 30);
    });
    const level = binLevel(20);
    const width = TILE_BINS * binSeconds(level);
    const begun = tilesOf(level, { start: 0, end: 86_400 }).map(
      (index) => densityOf(all, index * width, binSeconds(level)).begun,
    );
    expect(begun.reduce((sum, count) => sum + count, 0)).toBe(5000);
  });

  it("is counted again when the annotation changes, or else kept; and stale rather than nothing in a hurry", () => {
    const version = signal(0);
    let asked = 0;
    const source = { ...sourceOf([segment(0, 1)]), version, overlapping: () => [segment(0, ++asked)] };
    const layer: Layer = {
      id: "m",
      title: "",
      kind: "mine",
      segments: source,
      editable: true,
      visible: true,
      minScore: 0,
      areas: [],
    };
    const cache = new DensityCache();
    const [now, never] = [() => true, () => false];
    expect(cache.tile(layer, null, 0, 0, never)).toBeUndefined();
    const first = cache.tile(layer, null, 0, 0, now);
    expect(cache.tile(layer, null, 0, 0, now)).toBe(first);
    version.value = 1;
    expect(cache.tile(layer, null, 0, 0, never)).toBe(first);
    expect(cache.tile(layer, null, 0, 0, now)).not.toBe(first);
    expect(cache.tile({ ...layer, minScore: 0.5 }, null, 0, 0, now)).toBeDefined();
    expect(asked).toBe(3);
  });
});
