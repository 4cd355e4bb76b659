import { describe, expect, it } from "vitest";
import { byState, speedOf, totalsOf } from "../../src/system/speed";

const hour = (n: number, given = {}) => ({
  hour: `2026-01-01T0${n}:00:00Z`,
  done: 0,
  failed: 0,
  audio_seconds: 0,
  run_seconds: 0,
  ...given,
});

describe("speed", () => {
  it("is sound by work, and nothing where nothing was listened to", () => {
    expect(speedOf(hour(0, { audio_seconds: 3600, run_seconds: 240 }))).toBe(15);
    expect(speedOf(hour(0))).toBeNull();
    expect(speedOf(hour(0, { done: 2, run_seconds: 3 }))).toBeNull();
  });

  it("of two days weighs each hour by its work", () => {
    const hours = [
      hour(0, { done: 1, audio_seconds: 100, run_seconds: 10 }),
      hour(1, { done: 3, failed: 2, audio_seconds: 100, run_seconds: 90 }),
    ];
    expect(totalsOf(hours)).toEqual({ done: 4, failed: 2, audioSeconds: 200, speed: 2, busiest: hours[1] });
    expect(totalsOf([hour(0)])).toMatchObject({ done: 0, speed: null, busiest: null });
  });
});

describe("findings", () => {
  it("come by state, the worst first, without empty groups", () => {
    const found = [{ state: "ok" as const }, { state: "failed" as const }, { state: "ok" as const }];
    expect(byState(found).map(([state, some]) => [state, some.length])).toEqual([
      ["failed", 1],
      ["ok", 2],
    ]);
  });
});
