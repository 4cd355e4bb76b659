import { describe, expect, it } from "vitest";
import {
  findAll,
  nextMatch,
  patternOf,
  placesIn,
  replaceAll,
  replaceIn,
  type Search,
} from "../../src/transcript/model/find";
import { spoken, timesOf } from "./helpers";

const plain: Search = { text: "", matchCase: false, wholeWord: false, regex: false };
const places = (text: string, search: Partial<Search>) => {
  const { pattern } = patternOf({ ...plain, ...search });
  return pattern ? placesIn(text, pattern) : null;
};
const replaced = (text: string, search: Partial<Search>, by: string, only: number | null = null) => {
  const { pattern } = patternOf({ ...plain, ...search });
  return pattern && replaceIn(text, pattern, by, search.regex ?? false, only);
};

describe("finding", () => {
  it("takes signs as they are", () => {
    expect(places("a.b (c) a+b", { text: "a.b" })).toEqual([[0, 3]]);
    expect(places("what? {1} - [x]/y", { text: "{1} - [x]/y" })).toEqual([[6, 17]]);
  });

  it("minds case only where it is asked to", () => {
    expect(places("Été été", { text: "été" })).toHaveLength(2);
    expect(places("Été été", { text: "été", matchCase: true })).toEqual([[4, 7]]);
  });

  it("finds whole words of all scripts", () => {
    expect(places("art party art. Kunst", { text: "art", wholeWord: true })).toEqual([
      [0, 3],
      [10, 13],
    ]);
    expect(places("élan lan", { text: "lan", wholeWord: true })).toEqual([[5, 8]]);
  });

  it("reads expressions and tells what is wrong with one", () => {
    expect(places("in 1984 and 2001", { text: "\\d{4}", regex: true })).toHaveLength(2);
    expect(places("abc", { text: "x*", regex: true })).toEqual([]);
    expect(patternOf({ ...plain, text: "(", regex: true }).error).toMatch(/expression|group/i);
    expect(patternOf(plain)).toEqual({ pattern: null, error: null });
  });

  it("lists what it finds line by line", () => {
    const lines = [spoken("a", 0, "so so"), spoken("b", 2, "no"), spoken("c", 3, "so")];
    expect(findAll(lines, patternOf({ ...plain, text: "so" }).pattern)).toEqual([
      { id: "a", from: 0, to: 2 },
      { id: "a", from: 3, to: 5 },
      { id: "c", from: 0, to: 2 },
    ]);
  });

  it("goes to the next match, around the end", () => {
    const lines = [spoken("a", 0, "so so"), spoken("b", 2, "no"), spoken("c", 3, "so")];
    const matches = findAll(lines, patternOf({ ...plain, text: "so" }).pattern);
    const order = new Map(lines.map((line, n) => [line.id, n]));
    const next = (id: string, at: number, direction: 1 | -1) =>
      nextMatch(matches, order, { id, at }, direction);
    expect([next("a", -1, 1), next("a", 0, 1), next("b", 0, 1), next("c", 0, 1)]).toEqual([0, 1, 2, 0]);
    expect([next("c", 0, -1), next("b", 0, -1), next("a", 0, -1)]).toEqual([1, 1, 2]);
    expect(nextMatch([], order, null, 1)).toBe(-1);
    expect([nextMatch(matches, order, null, 1), nextMatch(matches, order, null, -1)]).toEqual([0, 2]);
  });
});

describe("replacing", () => {
  it("replaces all or one", () => {
    expect(replaced("so so", { text: "so" }, "no")).toBe("no no");
    expect(replaced("so so", { text: "so" }, "no", 3)).toBe("so no");
  });

  it("takes a dollar as a dollar unless it is an expression", () => {
    expect(replaced("5 euros", { text: "euros" }, "$1")).toBe("5 $1");
    expect(replaced("John Smith", { text: "(\\w+) (\\w+)", regex: true }, "$2, $1")).toBe("Smith, John");
    expect(replaced("ab", { text: "(?<first>a)b", regex: true }, "$<first>$$$&$9")).toBe("a$ab$9");
  });

  it("replaces only whole words with groups of its own", () => {
    expect(replaced("art party", { text: "(a)rt", regex: true, wholeWord: true }, "$1rts")).toBe(
      "arts party",
    );
  });

  it("makes one edit for each line, keeps the times of other words and counts", () => {
    const lines = [spoken("a", 0, "so it is so"), spoken("b", 9, "no")];
    const { pattern } = patternOf({ ...plain, text: "so" });
    const found = pattern ? replaceAll(lines, pattern, "thus", false) : null;
    expect(found?.count).toBe(2);
    expect(found?.edits.map((edit) => [edit.id, edit.after?.text])).toEqual([["a", "thus it is thus"]]);
    const [edit] = found?.edits ?? [];
    expect(edit?.after && timesOf(edit.after)).toEqual([
      ["thus", 0, 0.8],
      ["it", 1, 1.8],
      ["is", 2, 2.8],
      ["thus", 3, 3.8],
    ]);
  });
});
