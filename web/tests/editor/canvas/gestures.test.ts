import { describe, expect, it } from "vitest";
import { dragWindow, gripAt, pinch, wheelEffect } from "../../../src/editor/canvas/gestures";
import { captionOf, isUncertain, opacityOf } from "../../../src/editor/canvas/paintSegments";
import { hatchOf } from "../../../src/editor/canvas/patterns";

const wheel = (more: object) => ({
  deltaX: 0,
  deltaY: 0,
  deltaMode: 0,
  ctrlKey: false,
  metaKey: false,
  shiftKey: false,
  altKey: false,
  ...more,
});

describe("the wheel", () => {
  it("zooms, unless the reader chose to pan with it", () => {
    expect(wheelEffect(wheel({ deltaY: -100 }), "zoom")).toEqual({ kind: "zoom", factor: Math.exp(-0.3) });
    expect(wheelEffect(wheel({ deltaY: 100 }), "pan")).toEqual({ kind: "pan", pixels: 100 });
  });
  it("always zooms with Ctrl or Cmd and by pinching, finely", () => {
    expect(wheelEffect(wheel({ deltaY: 2, ctrlKey: true }), "pan")).toEqual({
      kind: "zoom",
      factor: Math.exp(0.02),
    });
    expect(wheelEffect(wheel({ deltaY: 2, metaKey: true }), "pan").kind).toBe("zoom");
  });
  it("moves in time with Shift, whichever way the system turns it, and when tilted", () => {
    expect(wheelEffect(wheel({ deltaY: 50, shiftKey: true }), "zoom")).toEqual({ kind: "pan", pixels: 50 });
    expect(wheelEffect(wheel({ deltaX: 50, shiftKey: true }), "zoom")).toEqual({ kind: "pan", pixels: 50 });
    expect(wheelEffect(wheel({ deltaX: -30, deltaY: 5 }), "zoom")).toEqual({ kind: "pan", pixels: -30 });
  });
  it("scrolls channels with Alt, and counts lines as pixels", () => {
    expect(wheelEffect(wheel({ deltaY: 3, deltaMode: 1, altKey: true }), "zoom")).toEqual({
      kind: "scroll",
      pixels: 48,
    });
  });
});

describe("two fingers", () => {
  it("keep what is under them", () => {
    const view = { start: 100, end: 110 };
    const before = [
      { x: 200, y: 0 },
      { x: 400, y: 0 },
    ] as const;
    const after = [
      { x: 250, y: 0 },
      { x: 650, y: 0 },
    ] as const;
    const next = pinch(view, 1000, before, after, 1000);
    const at = (x: number, one: typeof view) => one.start + (x / 1000) * (one.end - one.start);
    expect(at(250, next)).toBeCloseTo(at(200, view), 9);
    expect(at(650, next)).toBeCloseTo(at(400, view), 9);
  });
});

describe("the window of the overview", () => {
  const view = { start: 20, end: 40 };
  it("is taken at its edges, inside, or outside", () => {
    expect([195, 200, 300, 402, 100, 700].map((x) => gripAt(x, view, 1000, 100))).toEqual([
      "start",
      "start",
      "inside",
      "end",
      "outside",
      "outside",
    ]);
  });
  it("can be moved and resized, but not turned over or out of the recording", () => {
    expect(dragWindow(view, "inside", 1000, 100, 0.05)).toEqual({ start: 80, end: 100 });
    expect(dragWindow(view, "start", 1000, 100, 0.05)).toEqual({ start: 39.95, end: 40 });
    expect(dragWindow(view, "start", -1000, 100, 0.05)).toEqual({ start: 0, end: 40 });
    expect(dragWindow(view, "end", 1000, 100, 0.05)).toEqual({ start: 20, end: 100 });
    expect(dragWindow(view, "end", -1000, 100, 0.05)).toEqual({ start: 20, end: 20.05 });
  });
});

describe("what is written and drawn on segments", () => {
  it("is the label and who speaks, or what was said", () => {
    expect(captionOf({ id: "1", start: 0, end: 1, label: "speech", speaker: "host" })).toBe("speech · host");
    expect(captionOf({ id: "1", start: 0, end: 1, text: "Hello" })).toBe("Hello");
    expect(captionOf({ id: "1", start: 0, end: 1 })).toBe("");
  });
  it("shows doubt, and how sure a machine is", () => {
    expect(isUncertain({ tags: [["uncertain", "yes"]] })).toBe(true);
    expect(isUncertain({ tags: [["uncertain", "no"]] })).toBe(false);
    expect(isUncertain({})).toBe(false);
    expect([opacityOf(null), opacityOf(0), opacityOf(1)]).toEqual([1, 0.4, 1]);
  });
  it("has the same hatching for the same label", () => {
    expect(hatchOf("wren")).toBe(hatchOf("wren"));
    expect(
      new Set(["speech", "bird", "noise", "car", "wren", "dog", "silence"].map(hatchOf)).size,
    ).toBeGreaterThan(2);
  });
});
