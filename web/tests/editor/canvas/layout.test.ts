import { describe, expect, it } from "vitest";
import { Frequencies, frequencyTicks } from "../../../src/editor/canvas/frequency";
import {
  bandOf,
  cursorOver,
  type Geometry,
  hitAt,
  placeAt,
  plotX,
  rectIn,
} from "../../../src/editor/canvas/geometry";
import { boxAt, laneAt, layoutOf, zoneAt } from "../../../src/editor/canvas/layout";
import type { Layer, Segment } from "../../../src/editor/types";
import { sourceOf } from "./source";

const look = { waveform: true, spectrogram: true, split: true };
const linear = new Frequencies(Array.from({ length: 100 }, (_, row) => 40 + row * 80));
const mel = new Frequencies(
  Array.from({ length: 128 }, (_, row) => 700 * (10 ** (((row + 1) * 22) / 2595) - 1)),
);

function layer(id: string, kind: Layer["kind"], segments: Segment[]): Layer {
  const editable = kind === "mine";
  return {
    id,
    title: id,
    kind,
    segments: sourceOf(segments),
    editable,
    visible: true,
    minScore: 0,
    areas: [],
  };
}

function geometry(layers: Layer[], channels = 1, height = 700): Geometry {
  const layout = layoutOf({ width: 1052, height, channels, look, layers, scroll: 0 });
  return { layout, view: { start: 0, end: 10 }, frequencies: linear, duration: 10 };
}

describe("the layout", () => {
  it("stacks channels without overlap, each with its lanes", () => {
    const layers = [layer("m", "mine", []), layer("a", "model", []), layer("b", "person", [])];
    const { layout } = geometry(layers, 2);
    expect(layout.channels.map((box) => box.channel)).toEqual([0, 1]);
    let bottom = layout.body.top;
    for (const box of layout.channels) {
      expect(box.top).toBeGreaterThanOrEqual(bottom);
      expect(box.lanes.map((lane) => lane.layerId)).toEqual(["a", "b"]);
      bottom = (box.lanes.at(-1)?.top ?? 0) + 18;
    }
    expect(bottom).toBeLessThanOrEqual(700);
    expect(layout.overflow).toBe(0);
  });

  it("scrolls channels that have no room, to the last one and no further", () => {
    const input = { width: 800, height: 400, channels: 8, look, layers: [], scroll: 1e9 };
    const layout = layoutOf(input);
    expect(layout.overflow).toBeGreaterThan(0);
    const last = layout.channels.at(-1);
    expect((last?.top ?? 0) + (last?.height ?? 0)).toBeLessThanOrEqual(400);
    expect((last?.top ?? 0) + (last?.height ?? 0)).toBeGreaterThan(390);
  });

  it("shows the mix as one channel, and hidden layers not at all", () => {
    const hidden = { ...layer("a", "model", []), visible: false };
    const input = {
      width: 800,
      height: 600,
      channels: 2,
      look: { ...look, split: false },
      layers: [hidden],
      scroll: 0,
    };
    expect(layoutOf(input).channels.map((box) => [box.channel, box.lanes.length])).toEqual([[null, 0]]);
  });

  it("knows its zones", () => {
    const at = geometry([layer("a", "model", [])]);
    const lane = at.layout.channels[0]?.lanes[0];
    expect(zoneAt(at.layout, 500, 10)).toBe("overview");
    expect(zoneAt(at.layout, 500, 50)).toBe("axis");
    expect(zoneAt(at.layout, 10, 200)).toBe("scale");
    expect(zoneAt(at.layout, 500, 200)).toBe("channel");
    expect(zoneAt(at.layout, 500, (lane?.top ?? 0) + 5)).toBe("lane");
    expect(laneAt(boxAt(at.layout, 690), lane?.top ?? 0)?.layerId).toBe("a");
  });
});

describe("frequencies", () => {
  it("go to heights and back on every scale", () => {
    for (const scale of [linear, mel]) {
      for (let part = 0.01; part < 1; part += 0.013)
        expect(scale.partOf(scale.hzAt(part))).toBeCloseTo(part, 6);
    }
    expect(linear.range[0]).toBeCloseTo(0, 6);
    expect(linear.range[1]).toBeCloseTo(8000, 6);
  });

  it("are marked at round values with room between them", () => {
    expect(frequencyTicks(linear, 200)).toEqual([0, 2000, 4000, 6000, 8000]);
    for (const height of [72, 150, 400, 900]) {
      const marks = frequencyTicks(mel, height);
      expect(marks.length).toBeGreaterThan(1);
      const heights = marks.map((hz) => mel.partOf(hz) * height);
      for (let k = 1; k < heights.length; k++) {
        expect((heights[k] ?? 0) - (heights[k - 1] ?? 0)).toBeGreaterThanOrEqual(26 - 1e-6);
      }
      expect(marks).toContain(1000);
    }
  });
});

describe("under a pointer", () => {
  const wide: Segment = { id: "wide", start: 2, end: 6 };
  const inner: Segment = { id: "inner", start: 3, end: 3.5 };
  const boxed: Segment = { id: "box", start: 7, end: 8, low_hz: 2000, high_hz: 4000 };
  const mine = layer("m", "mine", [wide, inner, boxed]);
  const other = layer("a", "model", [{ id: "theirs", start: 2, end: 6 }]);
  const at = geometry([mine, other]);
  const none = new Set<string>();
  const [first] = at.layout.channels;
  if (!first) throw new Error("a channel");
  const y = first.top + 40;

  it("is the shortest segment, the nearest edge, or nothing", () => {
    expect(hitAt(at, plotX(at, 4.5), y, [mine, other], none)).toMatchObject({
      segment: { id: "wide" },
      edge: null,
    });
    expect(hitAt(at, plotX(at, 3.25), y, [mine, other], none)).toMatchObject({
      segment: { id: "inner" },
      edge: null,
    });
    expect(hitAt(at, plotX(at, 2) - 5, y, [mine, other], none)).toMatchObject({
      segment: { id: "wide" },
      edge: "start",
    });
    expect(hitAt(at, plotX(at, 6) + 6, y, [mine, other], none)).toMatchObject({
      segment: { id: "wide" },
      edge: "end",
    });
    expect(hitAt(at, plotX(at, 6) + 8, y, [mine, other], none)).toBeNull();
    expect(hitAt(at, plotX(at, 9), 10, [mine, other], none)).toBeNull();
  });

  it("is what is selected before all others", () => {
    const hit = hitAt(at, plotX(at, 3.25), y, [mine], new Set(["wide"]));
    expect(hit?.segment.id).toBe("wide");
  });

  it("is a box only at its frequencies, with its edges and corners", () => {
    const band = bandOf(at, first, 2000, 4000);
    const middle = band.top + band.height / 2;
    const hit = (time: number, height: number) => hitAt(at, plotX(at, time), height, [mine], none);
    expect(hit(7.5, middle)).toMatchObject({ segment: { id: "box" }, edge: null });
    expect(hit(7.5, band.top)).toMatchObject({ edge: "high" });
    expect(hit(7.5, band.top + band.height)).toMatchObject({ edge: "low" });
    expect(hit(7, band.top)).toMatchObject({ edge: "start", cornerHz: "high" });
    expect(hit(8, band.top + band.height)).toMatchObject({ edge: "end", cornerHz: "low" });
    expect(hit(7.5, band.top - 10)).toBeNull();
    // In the waveform it is what it is in time.
    expect(hit(7.5, (first.wave?.top ?? 0) + 5)).toMatchObject({ segment: { id: "box" } });
  });

  it("in a lane is the segment of that layer, without edges to drag", () => {
    const lane = first.lanes[0];
    const hit = hitAt(at, plotX(at, 2), (lane?.top ?? 0) + 8, [mine, other], none);
    expect(hit).toMatchObject({ layerId: "a", segment: { id: "theirs" }, edge: null });
  });

  it("has a place, within the recording and its spectrogram", () => {
    const spectrogram = first.spectrogram;
    if (!spectrogram) throw new Error("a spectrogram");
    const place = placeAt(at, plotX(at, 4), spectrogram.top + spectrogram.height / 2);
    expect(place.time).toBeCloseTo(4, 9);
    expect(place.hz).toBeCloseTo(4000, 6);
    expect(place.channel).toBeNull();
    expect(placeAt(at, -500, y)).toMatchObject({ time: 0, hz: null });
    expect(placeAt(at, 5000, y).time).toBe(10);
  });

  it("is drawn where it is found", () => {
    const rect = rectIn(at, first, mine, boxed);
    if (!rect) throw new Error("a rectangle");
    const hit = hitAt(at, rect.x + rect.width / 2, rect.y + rect.height / 2, [mine], none);
    expect(hit?.segment.id).toBe("box");
    expect(rectIn(at, first, mine, { id: "x", start: 20, end: 30 })).toBeNull();
  });

  it("has a cursor for each edge", () => {
    const hit = { layerId: "m", segment: wide };
    expect(cursorOver({ ...hit, edge: null })).toBe("pointer");
    expect(cursorOver({ ...hit, edge: "end" })).toBe("ew-resize");
    expect(cursorOver({ ...hit, edge: "low" })).toBe("ns-resize");
    expect(cursorOver({ ...hit, edge: "start", cornerHz: "high" })).toBe("nwse-resize");
    expect(cursorOver({ ...hit, edge: "start", cornerHz: "low" })).toBe("nesw-resize");
  });

  it("keeps channels apart", () => {
    const right = layer("m", "mine", [{ id: "right", start: 2, end: 6, channel: 1 }]);
    const two = geometry([right], 2);
    const [upper, lower] = two.layout.channels;
    expect(hitAt(two, plotX(two, 4), (upper?.top ?? 0) + 30, [right], none)).toBeNull();
    expect(hitAt(two, plotX(two, 4), (lower?.top ?? 0) + 30, [right], none)?.segment.id).toBe("right");
  });
});
