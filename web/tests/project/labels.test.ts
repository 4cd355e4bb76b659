import { describe, expect, it } from "vitest";
import {
  aliasesOf,
  draftOf,
  freeColour,
  freeHotkey,
  type LabelDraft,
  mistakesIn,
  moved,
  PALETTE,
  setOf,
} from "../../src/project/labels";

function label(name: string, given: Partial<LabelDraft> = {}): LabelDraft {
  return { key: name, name, colour: "#0072b2", hotkey: "", aliases: "", was: name, ...given };
}

describe("a label set", () => {
  it("goes to the server as it came", () => {
    const labels = [{ name: "song", colour: "#0072b2", hotkey: "s", aliases: ["chant", "canto"] }];
    expect(setOf(draftOf(labels))).toEqual([{ ...labels[0], renamed_from: null }]);
  });

  it("says which label a new name stands for", () => {
    expect(setOf([label("chant", { was: "song" })])[0]?.renamed_from).toBe("song");
    expect(setOf([label(" song ", { was: "song" })])[0]).toMatchObject({ name: "song", renamed_from: null });
    expect(setOf([label("new", { was: null })])[0]?.renamed_from).toBeNull();
  });

  it("shares no name, other name or key", () => {
    const labels = [
      label("song", { aliases: "call", hotkey: "s" }),
      label("call", { hotkey: "s" }),
      label("noise", { hotkey: "n" }),
    ];
    const found = mistakesIn(labels);
    expect(found.get("song")).toEqual({ aliases: "taken", hotkey: "taken" });
    expect(found.get("call")).toEqual({ name: "taken", hotkey: "taken" });
    expect(found.has("noise")).toBe(false);
  });

  it("tells upper from lower case, as the server does", () => {
    expect(mistakesIn([label("song", { hotkey: "s" }), label("Song", { hotkey: "S" })]).size).toBe(0);
  });

  it("has names that can be read", () => {
    const wrong = (name: string) => mistakesIn([label("x", { name })]).get("x")?.name;
    expect(["", "  ", "a\u0007", "a".repeat(201), "🐦 song"].map(wrong)).toEqual([
      "empty",
      "empty",
      "control",
      "long",
      undefined,
    ]);
    expect(mistakesIn([label("x", { hotkey: " " })]).get("x")).toEqual({ hotkey: "space" });
  });

  it("counts a name that is its own other name as shared", () => {
    expect(mistakesIn([label("song", { aliases: "song" })]).get("song")).toEqual({
      name: "taken",
      aliases: "taken",
    });
  });

  it("moves labels without losing one", () => {
    const names = (from: number, to: number) =>
      moved([label("a"), label("b"), label("c")], from, to)
        .map(({ name }) => name)
        .join("");
    expect([names(0, 2), names(2, 0), names(1, 1), names(0, 9), names(5, 0)]).toEqual([
      "bca",
      "cab",
      "abc",
      "bca",
      "abc",
    ]);
  });

  it("offers colours and keys that are free", () => {
    expect(freeColour([])).toBe(PALETTE[0]);
    expect(freeColour([label("a", { colour: PALETTE[0].toUpperCase() })])).toBe(PALETTE[1]);
    expect(freeHotkey([label("a", { hotkey: "1" })])).toBe("2");
    const nine = [..."123456789"].map((hotkey) => label(hotkey, { hotkey }));
    expect(freeHotkey(nine, "Song")).toBe("s");
    expect(freeHotkey(nine)).toBe("");
  });

  it("reads other names with commas between them", () => {
    expect(aliasesOf(" chant, canto ,,chant")).toEqual(["chant", "canto"]);
  });
});
