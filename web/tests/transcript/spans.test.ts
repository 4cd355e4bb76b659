import { describe, expect, it } from "vitest";
import { speakerColours } from "../../src/editor/model/speakerColours";
import { piecesOf } from "../../src/transcript/model/pieces";
import { spansOf } from "../../src/transcript/model/spans";
import { spoken } from "./helpers";

const shown = (text: string, marks: { from: number; to: number; current: boolean }[]) =>
  spansOf(text, piecesOf(spoken("a", 0, text)), marks).map(({ piece, parts }) => [
    piece,
    parts.map(({ text: part, mark }) => (mark === "none" ? part : `${mark}:${part}`)),
  ]);

describe("text for the screen", () => {
  it("is words and what stands between them", () => {
    expect(shown("one two", [])).toEqual([
      [0, ["one"]],
      [null, [" "]],
      [1, ["two"]],
    ]);
  });

  it("marks what a search found, also over several words", () => {
    expect(shown("one two", [{ from: 2, to: 5, current: false }])).toEqual([
      [0, ["on", "match:e"]],
      [null, ["match: "]],
      [1, ["match:t", "wo"]],
    ]);
    expect(
      shown("so so", [
        { from: 0, to: 2, current: false },
        { from: 3, to: 5, current: true },
      ]),
    ).toEqual([
      [0, ["match:so"]],
      [null, [" "]],
      [1, ["current:so"]],
    ]);
  });

  it("loses no letter, wherever words and marks begin and end", () => {
    const text = "« Oui », dit-elle — enfin.";
    const pieces = piecesOf({ id: "a", start: 0, end: 9, text });
    for (let from = 0; from < text.length; from++) {
      for (let to = from + 1; to <= text.length; to += 3) {
        const spans = spansOf(text, pieces, [{ from, to, current: false }]);
        const parts = spans.flatMap((span) => span.parts);
        expect(parts.map((part) => part.text).join("")).toBe(text);
        expect(
          parts
            .filter((part) => part.mark === "match")
            .map((part) => part.text)
            .join(""),
        ).toBe(text.slice(from, to));
      }
    }
  });
});

describe("colours of speakers", () => {
  it("differ by seat and are the same for nobody", () => {
    const colourOf = speakerColours(["host", null, "guest"]);
    expect(colourOf("host")).not.toBe(colourOf("guest"));
    expect(colourOf(null)).toBe(colourOf("third"));
  });
});
