import { describe, expect, it } from "vitest";
import {
  clockOf,
  dateAt,
  digitsFor,
  formatClock,
  formatTime,
  parseClock,
  parseTime,
  sinceMidnight,
  stepFor,
  ticks,
} from "../../../src/editor/model/time";
import { randoms } from "./random";

describe("times from the start", () => {
  it("are written as clocks do, rounded half up, carried over", () => {
    expect(formatTime(0)).toBe("0:00.000");
    expect(formatTime(62.0005)).toBe("1:02.001");
    expect(formatTime(59.9996)).toBe("1:00.000");
    expect(formatTime(3599.9999, 2)).toBe("1:00:00.00");
    expect(formatTime(86_399, 0)).toBe("23:59:59");
    expect(formatTime(-0.0001)).toBe("0:00.000");
    expect(formatTime(-1.5, 1)).toBe("-0:01.5");
    expect(formatTime(1.005, 2)).toBe("0:01.01");
  });

  it("are read as people type them", () => {
    const read: [string, number][] = [
      ["62.5", 62.5],
      ["62,5 s", 62.5],
      [".5", 0.5],
      ["1:02.5", 62.5],
      ["1:02:03", 3723],
      ["1:02:03,25", 3723.25],
      ["90:00", 5400],
      ["2h 5m 3s", 7503],
      ["2h", 7200],
      ["5 min", 300],
      [" 7 ", 7],
    ];
    for (const [text, seconds] of read) expect(parseTime(text), text).toBe(seconds);
  });

  it("are refused where they are none", () => {
    for (const text of ["", "  ", "a", "1:60", "1:61:00", "1::2", "-5", "1:2:3:4", "1e3", "12:"]) {
      expect(parseTime(text), text).toBeNull();
    }
  });

  it("come back as they were written", () => {
    const random = randoms(4);
    for (let k = 0; k < 2000; k++) {
      const time = Math.round(random() * 86_400_000) / 1000;
      expect(parseTime(formatTime(time))).toBeCloseTo(time, 9);
    }
  });
});

describe("clock time", () => {
  const night = clockOf("2026-05-01T23:59:50.250+02:00");

  it("is that of the place of the recording, with its zone", () => {
    if (!night) throw new Error("a clock");
    expect(night.zone).toBe("UTC+02:00");
    expect(formatClock(night, 0)).toBe("23:59:50.250");
    expect(formatClock(night, 9.75)).toBe("00:00:00.000");
    expect(dateAt(night, 9.74)).toBe("2026-05-01");
    expect(dateAt(night, 9.75)).toBe("2026-05-02");
    expect(formatClock(night, 9.7499, 0)).toBe("00:00:00");
    expect(formatClock(night, 86_400 + 9.75, 0)).toBe("00:00:00");
  });

  it("says UTC only where that was written, and nothing where no zone was", () => {
    expect(clockOf("2026-05-01T08:00:00Z")?.zone).toBe("UTC");
    expect(clockOf("2026-05-01T08:00:00+00:00")?.zone).toBe("UTC");
    expect(clockOf("2026-05-01T08:00:00")?.zone).toBe("");
    expect(clockOf("2026-05-01T08:00-0330")?.zone).toBe("UTC-03:30");
    for (const none of [null, "", "yesterday", "2026-13-01T08:00:00Z"]) expect(clockOf(none)).toBeNull();
  });

  it("is read as the first such moment of the recording", () => {
    if (!night) throw new Error("a clock");
    expect(parseClock("23:59:55", night)).toBeCloseTo(4.75, 9);
    expect(parseClock("00:00:00", night)).toBeCloseTo(9.75, 9);
    expect(parseClock("23:59", night)).toBeCloseTo(86_400 - 50.25, 9);
    expect(parseClock("23:59:50,25", night)).toBeCloseTo(0, 9);
    for (const none of ["24:00", "12:60", "12", "1:2:3"]) expect(parseClock(none, night)).toBeNull();
  });

  it("comes back as it was written, before midnight and after", () => {
    const random = randoms(5);
    if (!night) throw new Error("a clock");
    for (let k = 0; k < 2000; k++) {
      const time = Math.round(random() * 86_399_000) / 1000;
      expect(parseClock(formatClock(night, time), night)).toBeCloseTo(time, 6);
    }
  });
});

describe("marks of the axis", () => {
  it("have labels at least as far apart as asked for, at any zoom", () => {
    for (let perPixel = 1e-5; perPixel < 100; perPixel *= 1.07) {
      const step = stepFor(perPixel, 90);
      expect(step / perPixel).toBeGreaterThanOrEqual(89.999);
      expect(step / perPixel).toBeLessThan(90 * 3.01);
    }
  });

  it("are all different and tell enough digits", () => {
    for (let perPixel = 1e-5; perPixel < 50; perPixel *= 1.31) {
      const step = stepFor(perPixel);
      const marks = ticks(40_000, 40_000 + perPixel * 1200, step, (time) =>
        formatTime(time, digitsFor(step)),
      );
      const labels = marks.flatMap((mark) => mark.label ?? []);
      expect(new Set(labels).size).toBe(labels.length);
      expect(labels.length).toBeGreaterThan(2);
      for (const mark of marks) {
        if (mark.label !== null) expect(parseTime(mark.label)).toBeCloseTo(mark.time, 6);
      }
    }
  });

  it("lie at round clock times where those are shown", () => {
    const clock = clockOf("2026-05-01T10:59:47.300Z");
    if (!clock) throw new Error("a clock");
    const marks = ticks(0, 60, 10, (time) => formatClock(clock, time, 0), sinceMidnight(clock));
    const labelled = marks.filter((mark) => mark.label !== null);
    expect(labelled.map((mark) => mark.label)).toEqual([
      "10:59:50",
      "11:00:00",
      "11:00:10",
      "11:00:20",
      "11:00:30",
      "11:00:40",
    ]);
    expect(labelled[0]?.time).toBeCloseTo(2.7, 6);
  });
});
