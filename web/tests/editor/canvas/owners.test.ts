import { describe, expect, it } from "vitest";
import { initialsOf, ownersOf } from "../../../src/editor/canvas/owners";

const layer = (id: string, kind: "mine" | "person" | "model" | "file", visible = true) => ({
  id,
  kind,
  visible,
  title: `title of ${id}`,
});

describe("names of lanes", () => {
  it("are those of people, and what models and files are", () => {
    const found = ownersOf([layer("a", "mine"), layer("b", "person"), layer("c", "model")]);
    expect([...found]).toEqual([
      ["b", "title of b"],
      ["c", "Model"],
    ]);
  });

  it("are numbered where several of a kind are seen", () => {
    const layers = [layer("a", "model"), layer("b", "file"), layer("c", "model", false), layer("d", "model")];
    expect([...ownersOf(layers).values()]).toEqual(["Model 1", "File", "Model 2"]);
  });

  it("become initials where there is little room", () => {
    expect(initialsOf("Model 12")).toBe("M12");
    expect(initialsOf("Lead Annotator")).toBe("LA");
    expect(initialsOf("")).toBe("");
  });
});
