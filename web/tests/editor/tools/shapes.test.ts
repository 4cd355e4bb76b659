import { describe, expect, it } from "vitest";
import { SegmentStore } from "../../../src/editor/document/SegmentStore";
import { drawn, isCaught, moved, possibleShift, resized } from "../../../src/editor/tools/shapes";
import { edgesNear, snapShift, snapTo } from "../../../src/editor/tools/snap";
import type { Segment } from "../../../src/editor/types";

const limits = { duration: 10, nyquist: 8000 };
const seg = (id: string, start: number, end: number, more: Partial<Segment> = {}): Segment => ({
  id,
  start,
  end,
  ...more,
});

describe("shapes", () => {
  it("keep a least length and the recording", () => {
    const one = seg("a", 2, 4);
    expect(resized(one, "start", 9, limits).start).toBeCloseTo(3.995);
    expect(resized(one, "end", 99, limits).end).toBe(10);
    expect(resized(one, "start", -3, limits).start).toBe(0);
  });

  it("keep a band that was open at one end", () => {
    expect(resized(seg("a", 0, 1), "low", 500, limits)).toMatchObject({ low_hz: 500, high_hz: 8000 });
    expect(resized(seg("a", 0, 1, { low_hz: 100, high_hz: 200 }), "high", 50, limits).high_hz).toBe(101);
  });

  it("move as a whole, and together as far as the first can", () => {
    expect(moved(seg("a", 8, 9, { low_hz: 100, high_hz: 300 }), 5, 9000, limits)).toMatchObject({
      start: 9,
      end: 10,
      low_hz: 7800,
      high_hz: 8000,
    });
    expect(possibleShift([seg("a", 1, 2), seg("b", 5, 6)], -3, limits)).toBe(-1);
  });

  it("are drawn from any corner, as boxes only where both have a frequency", () => {
    expect(drawn({ time: 5, hz: 900 }, { time: 3, hz: 100 }, 1, "x", limits)).toMatchObject({
      start: 3,
      end: 5,
      lowHz: 100,
      highHz: 900,
      channel: 1,
    });
    expect(drawn({ time: 5, hz: null }, { time: 3, hz: 100 }, null, null, limits).lowHz).toBeNull();
  });

  it("are caught by a rubber band on their channel and in their band", () => {
    const frame = { start: 1, end: 3, lowHz: 100, highHz: 200, channel: 0 };
    expect(isCaught(seg("a", 2, 9), frame)).toBe(true);
    expect(isCaught(seg("a", 2, 9, { channel: 1 }), frame)).toBe(false);
    expect(isCaught(seg("a", 2, 9, { low_hz: 300, high_hz: 400 }), frame)).toBe(false);
    expect(isCaught(seg("a", 4, 9), frame)).toBe(false);
  });
});

describe("snapping", () => {
  it("takes the nearest edge within reach, and none beyond", () => {
    expect(snapTo(5, [4.9, 5.05], 0.2)).toBe(5.05);
    expect(snapTo(5, [4], 0.2)).toBe(5);
  });

  it("finds edges of neighbours on the channel, not of what moves", () => {
    const store = new SegmentStore();
    store.update([
      ["a", seg("a", 1, 2)],
      ["b", seg("b", 2.1, 3, { channel: 1 })],
      ["c", seg("c", 2.05, 4)],
    ]);
    expect(edgesNear(store, 2, 0.2, 0, new Set(["c"])).sort()).toEqual([1, 2]);
  });

  it("moves both edges by the smaller way", () => {
    const edges = (time: number) => snapTo(time, [1, 3.05], 0.2);
    expect(snapShift(1.1, 3, edges)).toBeCloseTo(0.05);
    expect(snapShift(5, 6, edges)).toBe(0);
  });
});
