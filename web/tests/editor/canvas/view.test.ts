import { describe, expect, it } from "vitest";
import {
  centre,
  clampView,
  fit as fitted,
  follow,
  lengthOf,
  pan,
  reveal,
  SHORTEST,
  timeAt,
  wholeView,
  xOf,
  zoom,
} from "../../../src/editor/model/view";
import { randoms } from "./random";

const DAY = 86_400;

describe("a view", () => {
  it("stays within the recording whatever is done to it", () => {
    const random = randoms(1);
    let view = wholeView(DAY);
    for (let k = 0; k < 5000; k++) {
      const around = view.start + random() * lengthOf(view);
      const acts = [
        () => zoom(view, 0.2 + 2 * random(), around, DAY),
        () => pan(view, (random() - 0.5) * 3 * lengthOf(view), DAY),
        () => centre(view, random() * DAY, DAY),
        () => fitted(around, around + random() * 10, DAY),
      ];
      view = acts[Math.floor(random() * acts.length)]?.() ?? view;
      expect(view.start).toBeGreaterThanOrEqual(0);
      expect(view.end).toBeLessThanOrEqual(DAY + 1e-6);
      expect(lengthOf(view)).toBeGreaterThanOrEqual(SHORTEST * (1 - 1e-6));
    }
  });

  it("zooms around a moment, which keeps its place on the screen", () => {
    const random = randoms(2);
    for (let k = 0; k < 1000; k++) {
      const view = { start: 1000 + 100 * random(), end: 1200 + 100 * random() };
      const around = view.start + random() * lengthOf(view);
      const zoomed = zoom(view, 0.1 + 2 * random(), around, DAY);
      expect(xOf(around, zoomed, 1000)).toBeCloseTo(xOf(around, view, 1000), 6);
    }
  });

  it("gets back where it was when it is zoomed in and out", () => {
    const view = { start: 40_000, end: 40_010 };
    const back = zoom(zoom(view, 0.25, 40_003, DAY), 4, 40_003, DAY);
    expect(back.start).toBeCloseTo(view.start, 6);
    expect(back.end).toBeCloseTo(view.end, 6);
  });

  it("ends at the shortest stretch and at the whole", () => {
    expect(lengthOf(zoom({ start: 5, end: 6 }, 1e-9, 5.5, DAY))).toBeCloseTo(SHORTEST, 9);
    expect(zoom({ start: 5, end: 6 }, 1e9, 5.5, DAY)).toEqual({ start: 0, end: DAY });
    expect(wholeView(0.01)).toEqual({ start: 0, end: SHORTEST });
    expect(clampView({ start: -3, end: -1 }, 100)).toEqual({ start: 0, end: 2 });
  });

  it("turns a page when the playhead leaves it, and only then", () => {
    const view = { start: 10, end: 20 };
    expect(follow(view, 19.99, 100, "page")).toBe(view);
    expect(follow(view, 20, 100, "page")).toEqual({ start: 19.5, end: 29.5 });
    expect(follow(view, 3, 100, "page")).toEqual({ start: 2.5, end: 12.5 });
    expect(follow(view, 50, 100, "smooth")).toEqual({ start: 45, end: 55 });
    expect(follow(view, 50, 100, "off")).toBe(view);
    expect(follow(view, 99.9, 100, "page")).toEqual({ start: 90, end: 100 });
  });

  it("moves no more than is needed to see a stretch", () => {
    const view = { start: 10, end: 20 };
    expect(reveal(view, 12, 20, 100)).toBe(view);
    expect(reveal(view, 25, 26, 100)).toEqual({ start: 16.5, end: 26.5 });
    expect(reveal(view, 5, 6, 100)).toEqual({ start: 4.5, end: 14.5 });
    expect(reveal(view, 30, 60, 100)).toEqual({ start: 30, end: 40 });
  });

  it("puts moments on pixels and back", () => {
    const random = randoms(3);
    for (let k = 0; k < 1000; k++) {
      const start = random() * DAY;
      const view = { start, end: start + 0.05 + random() * 1000 };
      const x = random() * 2000 - 500;
      expect(xOf(timeAt(x, view, 1280), view, 1280)).toBeCloseTo(x, 4);
    }
  });
});
