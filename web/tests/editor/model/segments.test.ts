import { describe, expect, it } from "vitest";
import { applied } from "../../../src/editor/document/AreaDocument";
import { areaEdits, coverage, marked, unmarked } from "../../../src/editor/model/areas";
import { changesOf, joined, requestOf, squash, takeBack } from "../../../src/editor/model/edits";
import { bandWithin, bodyOf, newId, same, spanWithin, withTag } from "../../../src/editor/model/segments";
import { cut, merged, shifted, withText } from "../../../src/editor/model/words";
import type { Area, Segment } from "../../../src/editor/types";

const seg = (id: string, more: Partial<Segment> = {}): Segment => ({ id, start: 1, end: 2, ...more });
const limits = { duration: 10, nyquist: 8000 };

describe("segments", () => {
  it("are the same whether values are missing, null or empty", () => {
    expect(same(seg("a"), seg("b", { label: null, tags: [], words: [] }))).toBe(true);
    expect(same(seg("a"), seg("a", { label: "x" }))).toBe(false);
    expect(same(seg("a", { tags: [["k", "v"]] }), seg("a", { tags: [["k", "w"]] }))).toBe(false);
    expect(same(seg("a", { words: [{ text: "a", start: 1, end: 2 }] }), seg("a"))).toBe(false);
    expect(same(null, seg("a"))).toBe(false);
  });

  it("go to the server without what has no value, and with zeros", () => {
    expect(bodyOf(seg("a", { start: 0, channel: 0, label: null, low_hz: 0, high_hz: 5 }))).toEqual({
      start: 0,
      end: 2,
      channel: 0,
      low_hz: 0,
      high_hz: 5,
    });
  });

  it("get names that sort by time and do not repeat", () => {
    const names = Array.from({ length: 1000 }, () => newId());
    expect(new Set(names).size).toBe(1000);
    expect(newId(1000) < newId(2_000_000)).toBe(true);
    expect(names[0]).toMatch(/^[0-9a-z]{26}$/);
  });

  it("stay within the recording", () => {
    expect(spanWithin(3, -2, limits)).toEqual([0, 3]);
    expect(spanWithin(9.5, 30, limits)).toEqual([9.5, 10]);
    expect(spanWithin(5, 5, limits)).toEqual([5, 5.005]);
    expect(bandWithin(9000, -5, limits)).toEqual([0, 8000]);
  });

  it("have a tag once", () => {
    const one = withTag(withTag(seg("a"), "species", "wren"), "species", "robin");
    expect(one.tags).toEqual([["species", "robin"]]);
    expect(withTag(one, "species", null).tags).toEqual([]);
  });
});

describe("edits", () => {
  const now = new Map([["a", seg("a", { label: "old" })]]);
  const at = (id: string) => now.get(id) ?? null;

  it("are taken together, the last of each segment", () => {
    const edits = [
      { id: "a", after: null },
      { id: "b", after: seg("b") },
      { id: "a", after: seg("a") },
    ];
    expect(squash(edits).map((edit) => [edit.id, edit.after?.id])).toEqual([
      ["a", "a"],
      ["b", "b"],
    ]);
    expect(changesOf([{ id: "a", after: seg("a", { label: "old" }) }], at)).toEqual([]);
  });

  it("of one movement are one change, or none where it ends where it began", () => {
    const [x, y, z] = [seg("a"), seg("a", { start: 1.2 }), seg("a", { start: 1.4 })];
    expect(joined([{ id: "a", before: x, after: y }], [{ id: "a", before: y, after: z }])).toEqual([
      { id: "a", before: x, after: z },
    ]);
    expect(joined([{ id: "a", before: x, after: y }], [{ id: "a", before: y, after: x }])).toEqual([]);
  });

  it("are taken back field by field where others went on", () => {
    const change = { id: "a", before: seg("a", { label: "x" }), after: seg("a", { label: "y" }) };
    const theirs = seg("a", { label: "y", end: 5 });
    expect(takeBack([change], () => theirs).edits[0]?.after).toMatchObject({ label: "x", end: 5 });
    expect(takeBack([change], () => seg("a", { label: "z" }))).toEqual({ edits: [], lost: 1 });
    expect(takeBack([change], () => null)).toEqual({ edits: [], lost: 1 });
  });

  it("become requests by what the server has", () => {
    expect(requestOf("a", null, seg("a")).op).toBe("add");
    expect(requestOf("a", seg("a"), seg("a", { label: "x" }))).toMatchObject({
      op: "update",
      segment: { label: "x" },
    });
    expect(requestOf("a", seg("a"), null)).toEqual({ op: "delete", id: "a" });
  });
});

describe("areas", () => {
  const area = (start: number, end: number, channel: number | null = null): Area => ({ start, end, channel });

  it("unite and are cut", () => {
    expect(marked([area(0, 2), area(5, 6)], area(2, 5))).toEqual([area(0, 6)]);
    expect(unmarked([area(0, 6)], area(2, 3))).toEqual([area(0, 2), area(3, 6)]);
    expect(unmarked([area(0, 6, 0), area(0, 6, 1)], area(1, 2, 1))).toEqual([
      area(0, 6, 0),
      area(0, 1, 1),
      area(2, 6, 1),
    ]);
    expect(unmarked([area(0, 6, 0)], area(0, 9))).toEqual([]);
  });

  it("are taken back by the opposite of what was changed", () => {
    const before = [area(0, 2), area(4, 6)];
    const after = marked(before, area(1, 5));
    const { mark, unmark } = areaEdits(before, after);
    expect(applied(before, { mark, unmark })).toEqual(after);
    expect(applied(after, { mark: unmark, unmark: mark })).toEqual(before);
  });

  it("tell how much is labelled", () => {
    expect(coverage([area(0, 5)], 10, 2)).toBe(0.5);
    expect(coverage([area(0, 10, 0)], 10, 2)).toBe(0.5);
    expect(coverage([area(0, 6), area(4, 10, 0)], 10, 1)).toBe(1);
  });
});

describe("words", () => {
  const words = [
    { text: "The", start: 1, end: 1.2 },
    { text: "quick", start: 1.2, end: 1.5, score: 0.9 },
    { text: "fox", start: 1.6, end: 2 },
  ];
  const spoken = seg("a", { text: "The quick fox", words });

  it("keep their times when others are typed", () => {
    const typed = withText(spoken, "The slow brown fox!");
    expect(typed.words?.map((word) => word.text)).toEqual(["The", "slow", "brown", "fox!"]);
    expect(typed.words?.[0]).toEqual(words[0]);
    expect(typed.words?.[3]).toEqual({ text: "fox!", start: 1.6, end: 2 });
    expect(typed.words?.[1]?.start).toBe(1.2);
    expect(typed.words?.[2]?.end).toBe(1.5);
  });

  it("are added between those that stay, in order and without going back", () => {
    const typed = withText(spoken, "Oh the very quick fox runs");
    const times = typed.words?.flatMap((word) => [word.start, word.end]) ?? [];
    expect(typed.words).toHaveLength(6);
    expect([...times].sort((a, b) => a - b)).toEqual(times);
    expect(typed.words?.[3]?.score).toBe(0.9);
  });

  it("go away with the text, and none are invented", () => {
    expect(withText(spoken, "").words).toEqual([]);
    expect(withText(seg("a"), "new text").words).toBeUndefined();
  });

  it("go with the half that they are in", () => {
    const [left, right] = cut(spoken, 1.55, "b");
    expect([left.end, left.text, right.id, right.start, right.text]).toEqual([
      1.55,
      "The quick",
      "b",
      1.55,
      "fox",
    ]);
  });

  it("are put together, and keep the first name", () => {
    const [left, right] = cut(spoken, 1.55, "b");
    expect(merged([right, left])).toMatchObject({ id: "a", start: 1, end: 2, text: "The quick fox", words });
  });

  it("move with their segment", () => {
    expect(shifted(spoken, 0.5).words?.[0]).toEqual({ text: "The", start: 1.5, end: 1.7 });
  });
});
