import { describe, expect, it } from "vitest";
import { within } from "../../src/live/save";
import { asJson, asSrt, asText, srtTime } from "../../src/live/texts";

const SAID = [
  { start: 0.5, end: 2, text: "good morning", language: "en", words: [{ text: "good", start: 0.5, end: 1 }] },
  { start: 3661.2, end: 3662.0456, text: "and good night", language: "en" },
];

describe("what was said leaves the page", () => {
  it("as lines", () => {
    expect(asText(SAID)).toBe("good morning\nand good night\n");
  });

  it("as subtitles", () => {
    expect(srtTime(59.9996)).toBe("00:01:00,000");
    expect(asSrt(SAID)).toBe(
      "1\n00:00:00,500 --> 00:00:02,000\ngood morning\n\n2\n01:01:01,200 --> 01:01:02,046\nand good night\n",
    );
  });

  it("as JSON with its words", () => {
    const read = JSON.parse(asJson(SAID, 3700));
    expect(read.language).toBe("en");
    expect(read.duration).toBe(3700);
    expect(read.segments[0].words[0]).toEqual({ text: "good", start: 0.5, end: 1 });
  });

  it("into a recording no longer than that is", () => {
    expect(within(SAID, 0.8)).toEqual([
      { ...SAID[0], end: 0.8, words: [{ text: "good", start: 0.5, end: 0.8 }] },
    ]);
  });
});
