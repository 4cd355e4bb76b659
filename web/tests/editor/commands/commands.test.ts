import { afterEach, describe, expect, it } from "vitest";
import { byKey, clashes, keysOf, rebind, resetKeys } from "../../../src/editor/commands/bindings";
import { caps, comboOf } from "../../../src/editor/commands/keys";
import { stepThrough } from "../../../src/editor/commands/navigate";
import { commandsOf } from "../../../src/editor/commands/registry";
import { rowsOf } from "../../../src/editor/panels/rows";
import type { Segment } from "../../../src/editor/types";

afterEach(() => resetKeys());

const press = (key: string, more: Partial<KeyboardEvent> = {}) =>
  comboOf({ key, code: "", ctrlKey: false, metaKey: false, shiftKey: false, altKey: false, ...more });

describe("keys", () => {
  it("are named alike on all keyboards", () => {
    expect(press("a")).toBe("A");
    expect(press("A", { shiftKey: true })).toBe("Shift+A");
    expect(press("z", { ctrlKey: true })).toBe("Mod+Z");
    expect(press("Z", { metaKey: true, shiftKey: true })).toBe("Mod+Shift+Z");
    expect(press("?", { shiftKey: true, code: "Slash" })).toBe("?");
    expect(press("&", { code: "Digit1" })).toBe("1");
    expect(
      press("[", {
        ctrlKey: true,
        altKey: true,
        getModifierState: (name: string) => name === "AltGraph",
      } as never),
    ).toBe("[");
    expect(press(" ")).toBe("Space");
    expect(press("Shift", { shiftKey: true })).toBeNull();
  });

  it("stand as they are on keyboards", () => {
    expect(caps("Mod+Shift+Z").slice(1)).toEqual(["Shift", "Z"]);
    expect(caps("+")).toEqual(["+"]);
    expect(caps("ArrowLeft")).toEqual(["←"]);
  });
});

describe("commands", () => {
  const labels = ["speech", "noise", "bird"].map((name, n) => ({
    name,
    colour: "#000000",
    hotkey: n === 1 ? "w" : n === 2 ? "1" : null,
    aliases: [],
  }));
  const commands = commandsOf(labels);

  it("have one name each, and no two built-in ones share a key", () => {
    const names = commands.map((command) => command.id);
    expect(new Set(names).size).toBe(names.length);
    expect([...clashes(commandsOf([])).keys()]).toEqual([]);
  });

  it("give labels their hotkey, and a digit that no other label took", () => {
    expect(byKey(commands).get("W")?.title).toBe("noise");
    expect(byKey(commands).get("1")?.title).toBe("bird");
    expect(byKey(commands).get("2")?.title).toBe("noise");
  });

  it("are given other keys, which go first and are shown where they clash", () => {
    rebind("keySplit", ["A"]);
    const split = commands.find((one) => one.id === "keySplit");
    expect(split && keysOf(split)).toEqual(["A"]);
    expect(byKey(commands).get("A")?.id).toBe("keySplit");
    expect(byKey(commands).has("K")).toBe(false);
    expect(
      clashes(commands)
        .get("A")
        ?.map((one) => one.id),
    ).toEqual(["toolCreate", "keySplit"]);
    resetKeys("keySplit");
    expect(byKey(commands).get("K")?.id).toBe("keySplit");
  });
});

describe("going through segments", () => {
  const seg = (id: string, start: number, label = ""): Segment => ({ id, start, end: start + 1, label });
  const all = [seg("a", 0), seg("b", 2), seg("c", 2), seg("d", 2), seg("e", 5, "x")];

  it("visits each once, also those that start together", () => {
    const seen: string[] = [];
    let at: Segment | undefined = stepThrough(all, { time: 0, id: null }, 1);
    while (at) {
      seen.push(at.id);
      at = stepThrough(all, { time: at.start, id: at.id }, 1);
    }
    expect(seen).toEqual(["a", "b", "c", "d", "e"]);
    const back: string[] = [];
    at = stepThrough(all, { time: 9, id: null }, -1);
    while (at) {
      back.push(at.id);
      at = stepThrough(all, { time: at.start, id: at.id }, -1);
    }
    expect(back).toEqual(["e", "d", "c", "b", "a"]);
  });

  it("skips what is not wanted", () => {
    expect(stepThrough(all, { time: 0, id: "a" }, 1, (one) => one.label === "x")?.id).toBe("e");
    expect(stepThrough(all, { time: 5, id: "e" }, 1)).toBeUndefined();
  });

  it("lists them by any order and filter", () => {
    const list = [
      { ...seg("a", 0, "b"), score: 0.5 },
      { ...seg("b", 1, "a"), text: "Hello wren", score: 0.9 },
      seg("c", 2, "c"),
    ];
    const ids = (order: "time" | "label" | "score", descending = false, text = "") =>
      rowsOf(list, { order, descending, text }).map((one) => one.id);
    expect(ids("time", true)).toEqual(["c", "b", "a"]);
    expect(ids("label")).toEqual(["b", "a", "c"]);
    expect(ids("score")).toEqual(["a", "b", "c"]);
    expect(ids("time", false, "WREN")).toEqual(["b"]);
  });
});
