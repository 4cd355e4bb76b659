import { describe, expect, it } from "vitest";
import { MediaClock } from "../../../src/editor/player/clock";
import { correctionOf } from "../../../src/editor/player/following";
import { earsOf, factorOf, isPlain } from "../../../src/editor/player/graph";
import { longest, sourceAt } from "../../../src/editor/player/source";
import type { Sound } from "../../../src/editor/types";

const sound = (more: Partial<Sound>): Sound => ({
  recordingId: "r",
  duration: 60,
  sampleRate: 44_100,
  channels: 2,
  video: false,
  recordedAt: null,
  ...more,
});

describe("where the sound comes from", () => {
  it("is the whole recording in one piece where that is small enough", () => {
    const source = sourceAt(sound({}), 30);
    expect(source).toEqual({ url: "/api/v1/recordings/r/audio?format=wav", start: 0, end: 60 });
  });

  it("is one of several pieces below 2 GB for a day in stereo, without gap", () => {
    const day = sound({ duration: 86_400 });
    let time = 0;
    let pieces = 0;
    while (time < day.duration) {
      const source = sourceAt(day, time);
      expect(source.start).toBe(time);
      expect((source.end - source.start) * 44_100 * 4).toBeLessThanOrEqual(2e9);
      expect(Number.isInteger(source.start)).toBe(true);
      time = source.end;
      pieces++;
    }
    expect(pieces).toBe(8);
    expect(sourceAt(day, 86_400).end).toBe(86_400);
    expect(sourceAt(day, 12_000).url).toContain(`start=${longest(day)}`);
  });

  it("is brought to a rate that browsers play", () => {
    expect(sourceAt(sound({ sampleRate: 1000 }), 0).url).toContain("rate=8000");
    expect(sourceAt(sound({ sampleRate: 192_000 }), 0).url).not.toContain("rate");
  });
});

describe("the time of the sound", () => {
  it("runs evenly between updates that come every 40 ms", () => {
    const clock = new MediaClock();
    clock.reset(10, 0);
    let before = 10;
    for (let wall = 0; wall < 3; wall += 1 / 60) {
      const current = 10 + Math.floor(wall / 0.04) * 0.04;
      const time = clock.read(current, wall, 1);
      expect(time).toBeGreaterThanOrEqual(before - 1e-9);
      if (wall > 0.2) expect(Math.abs(time - (10 + wall))).toBeLessThan(0.045);
      before = time;
    }
  });

  it("waits for a sound that has not begun, and soon stops with one that is stuck", () => {
    const clock = new MediaClock();
    clock.reset(5, 0);
    expect(clock.read(5, 0.1, 4)).toBe(5);
    expect(clock.read(5, 1, 4)).toBe(5);
    clock.read(5.02, 1.02, 4);
    const stuck = clock.read(5.02, 9, 4);
    expect(stuck).toBeLessThan(5.5);
  });

  it("jumps with the element", () => {
    const clock = new MediaClock();
    clock.reset(5, 0);
    clock.read(5, 0, 1);
    clock.read(5.02, 0.02, 1);
    expect(clock.read(30, 0.04, 1)).toBe(30);
  });
});

describe("what is heard of the channels", () => {
  const mix = { gains: [0, -6], solo: new Set<number>(), muted: new Set<number>() };

  it("follows gain, mute and solo", () => {
    expect(factorOf(mix, 0)).toBe(1);
    expect(factorOf(mix, 1)).toBeCloseTo(0.501, 3);
    expect(factorOf({ ...mix, muted: new Set([0]) }, 0)).toBe(0);
    expect(factorOf({ ...mix, solo: new Set([1]) }, 0)).toBe(0);
    expect(factorOf({ ...mix, solo: new Set([1]), muted: new Set([1]) }, 1)).toBeGreaterThan(0);
  });

  it("is left and right, or one channel in both ears", () => {
    expect(earsOf({ ...mix, gains: [0, 0] }, 2)).toEqual([
      [1, 0],
      [0, 1],
    ]);
    expect(earsOf({ ...mix, gains: [0, 0], solo: new Set([1]) }, 2)).toEqual([
      [0, 0],
      [1, 1],
    ]);
    expect(earsOf({ ...mix, gains: [0, 0, 0, 0] }, 4)[3]).toEqual([0.5, 0.5]);
  });

  it("needs nothing beside the element as long as nothing was changed", () => {
    expect(isPlain({ ...mix, gains: [0, 0] }, 2)).toBe(true);
    expect(isPlain(mix, 2)).toBe(false);
    expect(isPlain({ ...mix, gains: [0, 0, 0] }, 3)).toBe(false);
  });
});

describe("the picture", () => {
  it("is left alone while it is with the sound, nudged when a little off, and moved when far off", () => {
    expect(correctionOf(0.02, true, 1)).toEqual({ jump: false, rate: 1 });
    expect(correctionOf(0.1, true, 1).rate).toBeLessThan(1);
    expect(correctionOf(-0.1, true, 2).rate).toBeGreaterThan(2);
    expect(correctionOf(1, true, 1)).toEqual({ jump: true, rate: 1 });
  });
  it("stands where the playhead stands", () => {
    expect(correctionOf(0.01, false, 1).jump).toBe(false);
    expect(correctionOf(0.05, false, 1).jump).toBe(true);
  });
});
