import { describe, expect, it } from "vitest";
import { fitting, searchFor, stemOf } from "../../src/project/matching";
import { leastFor, may } from "../../src/project/roles";
import { countOf } from "../../src/project/uses";

describe("roles", () => {
  it("each may do all that the ones below it may", () => {
    expect(may("viewer", "read")).toBe(true);
    expect(may("viewer", "annotate")).toBe(false);
    expect(may("annotator", "manage")).toBe(false);
    expect(may("manager", "manage")).toBe(true);
    expect(may("manager", "administer")).toBe(false);
    expect(may("admin", "administer")).toBe(true);
    expect(may(null, "read")).toBe(false);
    expect(leastFor("annotate")).toBe("annotator");
  });
});

describe("annotation files", () => {
  const endings = [".json", ".TextGrid", ".selections.txt", ".txt"];
  const recordings = [
    { id: "1", name: "dawn.wav" },
    { id: "2", name: "dawn chorus.flac" },
    { id: "3", name: "dawn.flac" },
    { id: "4", name: "noon" },
  ];

  it("go to the recording that is called like them", () => {
    expect(fitting("dawn chorus.TextGrid", recordings, endings).map(({ id }) => id)).toEqual(["2"]);
    expect(fitting("noon.selections.txt", recordings, endings).map(({ id }) => id)).toEqual(["4"]);
    expect(fitting("dusk.json", recordings, endings)).toEqual([]);
  });

  it("name all where several are called so", () => {
    expect(fitting("dawn.json", recordings, endings).map(({ id }) => id)).toEqual(["1", "3"]);
    expect(fitting("dawn.wav.json", recordings, endings).map(({ id }) => id)).toEqual(["1"]);
  });

  it("lose the longest ending that a format has", () => {
    expect(stemOf("t/a.b.selections.txt", endings)).toBe("a.b");
    expect(stemOf("a.b.wav")).toBe("a.b");
  });

  it("are searched for by the words of their names", () => {
    expect(searchFor("Dawn_chorus-2 (été).TextGrid", endings)).toBe("Dawn chorus 2 été");
  });
});

it("segments of a label are counted under all its names, whoever made them", () => {
  const use = (name: string, people: number, models: number, files: number) => ({
    name,
    people: { segments: people, seconds: 0 },
    models: { segments: models, seconds: 0 },
    files: { segments: files, seconds: 0 },
  });
  expect(
    countOf([use("noise", 1, 2, 3), use("bruit", 4, 0, 0), use("song", 9, 9, 9)], ["bruit", "noise"]),
  ).toBe(10);
  expect(countOf([], ["x"])).toBe(0);
});
