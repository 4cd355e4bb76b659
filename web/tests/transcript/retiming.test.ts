import { describe, expect, it } from "vitest";
import { retimed, tokensOf } from "../../src/editor/model/retiming";
import { withText } from "../../src/editor/model/words";
import { spoken, timesOf } from "./helpers";

const rewritten = (before: string, text: string) => timesOf(withText(spoken("a", 0, before), text));

describe("words that follow their text", () => {
  it("keeps the times of words that stay", () => {
    expect(rewritten("one two three", "one two three four").slice(0, 3)).toEqual([
      ["one", 0, 0.8],
      ["two", 1, 1.8],
      ["three", 2, 2.8],
    ]);
  });

  it("gives a word in the place of one its time", () => {
    expect(rewritten("a cat sat", "a dog sat")[1]).toEqual(["dog", 1, 1.8]);
  });

  it("gives as many words as there were one by one", () => {
    expect(rewritten("the for tea guests", "the forty T guests").slice(1, 3)).toEqual([
      ["forty", 1, 1.8],
      ["T", 2, 2.8],
    ]);
  });

  it("shares the time of what is replaced by letters", () => {
    const words = rewritten("a wholetext end", "a who lete x end");
    expect(words.map(([text]) => text)).toEqual(["a", "who", "lete", "x", "end"]);
    expect(words[1]?.[1]).toBe(1);
    expect(words[3]?.[2]).toBe(1.8);
    expect(words[2]?.[1]).toBeCloseTo(1.3);
  });

  it("puts what is added between words into the pause", () => {
    expect(rewritten("one three", "one two three")[1]).toEqual(["two", 0.8, 1]);
  });

  it("puts what is added at the end behind the last word", () => {
    expect(rewritten("one two", "one two three")[2]).toEqual(["three", 1.8, 2]);
  });

  it("keeps times and scores through case and punctuation", () => {
    const changed = withText(spoken("a", 0, "hello world"), "Hello, world.");
    expect(changed.words).toEqual([
      { text: "Hello,", start: 0, end: 0.8, score: 0.9 },
      { text: "world.", start: 1, end: 1.8, score: 0.9 },
    ]);
  });

  it("drops the score of a word that is another one", () => {
    expect(withText(spoken("a", 0, "hello world"), "hello word").words?.[1]?.score).toBeUndefined();
  });

  it("takes the times of words that are gone", () => {
    expect(rewritten("one two three", "one three")).toEqual([
      ["one", 0, 0.8],
      ["three", 2, 2.8],
    ]);
    expect(rewritten("one two", "")).toEqual([]);
  });

  it("gives no words to a segment that had none", () => {
    expect(withText(spoken("a", 0, "x", { words: [] }), "x y").words).toEqual([]);
  });

  it("joins words that were heard as two", () => {
    expect(rewritten("good bye now", "goodbye now")[0]).toEqual(["goodbye", 0, 1.8]);
  });

  it("cuts words of engines that hear several as one", () => {
    const words = [{ text: "New York", start: 0, end: 8 }];
    const segment = { id: "a", start: 0, end: 8, text: "New York", words };
    const changed = retimed(segment, "New York City");
    expect(changed.map((word) => word.text)).toEqual(["New", "York", "City"]);
    expect(changed[0]?.end).toBe(3);
    expect(changed[1]?.start).toBe(4);
  });

  it("takes each character of scripts without spaces as a word", () => {
    expect(tokensOf("今日は。Hello").map((token) => token.text)).toEqual(["今", "日", "は。", "Hello"]);
    const words = [..."今日は"].map((text, n) => ({ text, start: n, end: n + 1 }));
    const changed = retimed({ id: "a", start: 0, end: 3, text: "今日は", words }, "今夜は");
    expect(changed.map(({ text, start }) => [text, start])).toEqual([
      ["今", 0],
      ["夜", 1],
      ["は", 2],
    ]);
  });

  it("keeps words in order and inside the segment, whatever is typed", () => {
    const base = spoken("a", 10, "so we said that they said that we said so");
    for (const text of ["that that that", "so so so so so so so so so so so so so", "said we, that", "x"]) {
      const { words = [] } = withText(base, text);
      expect(words.map((word) => word.text).join(" ")).toBe(text);
      let reach = base.start;
      for (const word of words) {
        expect(word.start).toBeGreaterThanOrEqual(reach);
        expect(word.end).toBeGreaterThanOrEqual(word.start);
        reach = word.end;
      }
      expect(reach).toBeLessThanOrEqual(base.end);
    }
  });

  it("is quick for a text of thousands of words that is all new", () => {
    const long = Array.from({ length: 4000 }, (_, n) => `w${n}`).join(" ");
    const other = Array.from({ length: 4000 }, (_, n) => `v${n}`).join(" ");
    const begun = performance.now();
    expect(withText(spoken("a", 0, long), other).words).toHaveLength(4000);
    expect(performance.now() - begun).toBeLessThan(1000);
  });
});
