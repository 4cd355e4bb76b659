import { describe, expect, it } from "vitest";
import { assignEdits, freeName, renameEdits, seated, speakersOf } from "../../src/editor/model/speakers";
import { spoken } from "../transcript/helpers";

const lines = [
  spoken("a", 0, "x y", { speaker: "host" }),
  spoken("b", 2, "x", { speaker: "guest" }),
  spoken("c", 3, "x", { speaker: "host" }),
  spoken("d", 4, "x"),
];

describe("speakers", () => {
  it("are counted in the order in which they are heard", () => {
    expect(speakersOf(lines)).toEqual([
      { name: "host", count: 2, seconds: 3 },
      { name: "guest", count: 1, seconds: 1 },
    ]);
  });

  it("are renamed everywhere, and nothing else is touched", () => {
    const edits = renameEdits(lines, "host", "chair");
    expect(edits.map((edit) => [edit.id, edit.after?.speaker, edit.after?.text])).toEqual([
      ["a", "chair", "x y"],
      ["c", "chair", "x"],
    ]);
    expect(renameEdits(lines, "host", "host")).toEqual([]);
    expect(renameEdits(lines, "Nobody", "X")).toEqual([]);
  });

  it("are given to lines that have another or none", () => {
    expect(assignEdits(lines, "host").map((edit) => edit.id)).toEqual(["b", "d"]);
    expect(assignEdits(lines, null).map((edit) => edit.id)).toEqual(["a", "b", "c"]);
  });

  it("keep their seat when others come and go", () => {
    expect(seated([], ["host", "guest"])).toEqual(["host", "guest"]);
    expect(seated(["host", "guest"], ["guest", "host"])).toEqual(["host", "guest"]);
    expect(seated(["host", "guest"], ["guest"])).toEqual([null, "guest"]);
    expect(seated(["host", "guest"], ["chair", "guest"])).toEqual(["chair", "guest"]);
    expect(seated([null, "guest"], ["guest", "third", "fourth"])).toEqual(["third", "guest", "fourth"]);
  });

  it("get a name that nobody has", () => {
    const name = (number: number) => `Speaker ${number}`;
    expect(freeName([], name)).toBe("Speaker 1");
    expect(freeName(["host", "speaker 3"], name)).toBe("Speaker 4");
  });
});
