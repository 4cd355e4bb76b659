import { describe, expect, it } from "vitest";
import { assignEdits, freeName, renameEdits, seated, speakersOf } from "../../src/transcript/model/speakers";
import { spoken } from "./helpers";

const lines = [
  spoken("a", 0, "x y", { speaker: "Ann" }),
  spoken("b", 2, "x", { speaker: "Bob" }),
  spoken("c", 3, "x", { speaker: "Ann" }),
  spoken("d", 4, "x"),
];

describe("speakers", () => {
  it("are counted in the order in which they are heard", () => {
    expect(speakersOf(lines)).toEqual([
      { name: "Ann", count: 2, seconds: 3 },
      { name: "Bob", count: 1, seconds: 1 },
    ]);
  });

  it("are renamed everywhere, and nothing else is touched", () => {
    const edits = renameEdits(lines, "Ann", "Anne");
    expect(edits.map((edit) => [edit.id, edit.after?.speaker, edit.after?.text])).toEqual([
      ["a", "Anne", "x y"],
      ["c", "Anne", "x"],
    ]);
    expect(renameEdits(lines, "Ann", "Ann")).toEqual([]);
    expect(renameEdits(lines, "Nobody", "X")).toEqual([]);
  });

  it("are given to lines that have another or none", () => {
    expect(assignEdits(lines, "Ann").map((edit) => edit.id)).toEqual(["b", "d"]);
    expect(assignEdits(lines, null).map((edit) => edit.id)).toEqual(["a", "b", "c"]);
  });

  it("keep their seat when others come and go", () => {
    expect(seated([], ["Ann", "Bob"])).toEqual(["Ann", "Bob"]);
    expect(seated(["Ann", "Bob"], ["Bob", "Ann"])).toEqual(["Ann", "Bob"]);
    expect(seated(["Ann", "Bob"], ["Bob"])).toEqual([null, "Bob"]);
    expect(seated(["Ann", "Bob"], ["Anne", "Bob"])).toEqual(["Anne", "Bob"]);
    expect(seated([null, "Bob"], ["Bob", "Carl", "Dora"])).toEqual(["Carl", "Bob", "Dora"]);
  });

  it("get a name that nobody has", () => {
    const name = (number: number) => `Speaker ${number}`;
    expect(freeName([], name)).toBe("Speaker 1");
    expect(freeName(["Ann", "speaker 3"], name)).toBe("Speaker 4");
  });
});
