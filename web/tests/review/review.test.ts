import { describe, expect, it } from "vitest";
import type { SchemaLabelAnswer } from "../../src/api/schema";
import { UNCERTAIN } from "../../src/editor/model/segments";
import { between, type Card, cardOf, shortSource, twinRecordings, verdictOn } from "../../src/review/cards";
import { commandOf, labelKeys } from "../../src/review/keys";
import { layoutOf, moved, rowsShown, scrollTo, viewOf } from "../../src/review/layout";
import { backOf, changesFor, decided, groupsOf, uncertainAction } from "../../src/review/plan";
import { isNarrowed, joinLabels, requestFor, wantedBy } from "../../src/review/query";

const segment = (id: string, given = {}) => ({ id, start: 1, end: 2, label: "speech", score: 0.4, ...given });

function card(id: string, given: Partial<Card> = {}): Card {
  return {
    key: `m/${id}`,
    annotationId: "m",
    recordingId: "r",
    recordingName: "r.wav",
    source: "earmark 1 (whisper base)",
    duration: 10,
    whose: "model",
    revision: 1,
    segment: segment(id),
    ...given,
  };
}

describe("decisions", () => {
  it("take a model's segment over under its name", () => {
    const [change] = changesFor({ kind: "accept" }, [card("a")], new Map());
    expect(change).toMatchObject({ id: "a", before: null, after: { id: "a", label: "speech", score: 0.4 } });
  });

  it("change nothing where one has it already", () => {
    const held = new Map([["a", segment("a")]]);
    expect(changesFor({ kind: "accept" }, [card("a")], held)).toEqual([]);
  });

  it("change what one has, not what the model found", () => {
    const held = new Map([["a", segment("a", { end: 3 })]]);
    const [change] = changesFor({ kind: "label", label: "noise" }, [card("a")], held);
    expect(change?.after).toMatchObject({ end: 3, label: "noise" });
  });

  it("give another label, keep the score as the editor does, and drop the mark of doubt", () => {
    const doubted = segment("a", { tags: [[UNCERTAIN, "yes"]] });
    const after = decided({ kind: "label", label: "noise" }, doubted);
    expect(after).toMatchObject({ label: "noise", score: 0.4 });
    expect(after?.tags).toEqual([]);
    expect(decided({ kind: "label", label: "speech" }, doubted)?.score).toBe(0.4);
  });

  it("delete what one has when it is rejected, and need nothing where one has nothing", () => {
    expect(changesFor({ kind: "reject" }, [card("a")], new Map())).toEqual([]);
    const [change] = changesFor({ kind: "reject" }, [card("a")], new Map([["a", segment("a")]]));
    expect(change).toMatchObject({ id: "a", after: null });
  });

  it("take doubt away only where all are doubted", () => {
    const doubted = segment("a", { tags: [[UNCERTAIN, "yes"]] });
    expect(uncertainAction([doubted, segment("b")])).toEqual({ kind: "uncertain", on: true });
    expect(uncertainAction([doubted])).toEqual({ kind: "uncertain", on: false });
  });

  it("have a way back", () => {
    const changes = changesFor({ kind: "accept" }, [card("a")], new Map());
    expect(backOf(changes)).toMatchObject([{ id: "a", before: { id: "a" }, after: null }]);
  });

  it("go to one annotation each", () => {
    const groups = groupsOf([
      card("a"),
      card("b", { annotationId: "m2", key: "m2/b" }),
      card("c", { recordingId: "r2" }),
      card("d", { whose: "mine", annotationId: "own" }),
    ]);
    expect(
      groups.map(({ annotationId, cards }) => [annotationId, cards.map((one) => one.segment.id)]),
    ).toEqual([
      [null, ["a", "b"]],
      [null, ["c"]],
      ["own", ["d"]],
    ]);
  });
});

describe("cards", () => {
  it("know whose they are", () => {
    const found = {
      annotation_id: "x",
      kind: "person" as const,
      status: "draft" as const,
      author_id: "me",
      source: "earmark 1 (whisper base)",
      revision: 3,
      recording_id: "r",
      recording_name: "r.wav",
      recording_duration: 5,
      segment: { id: "s", revision: 2, start: 0, end: 1 },
    };
    expect(cardOf(found, "me").whose).toBe("mine");
    expect(cardOf({ ...found, author_id: "you" }, "me").whose).toBe("others");
    expect(cardOf({ ...found, kind: "model", author_id: null }, "me").whose).toBe("model");
  });

  it("say what was decided on them before", () => {
    expect(verdictOn(card("a"), segment("a")).said).toBe("accepted");
    expect(verdictOn(card("a"), segment("a", { label: "noise" })).said).toBe("changed");
  });

  it("say in short what found them", () => {
    expect(shortSource("earmark 1.2 (silero-vad-6, whisper base)")).toBe("silero-vad-6, whisper base");
    expect(shortSource("Ann (field team)")).toBe("Ann (field team)");
  });

  it("tell of recordings whose sounds may have several cards", () => {
    const other = { annotationId: "n", key: "n/a" };
    expect(twinRecordings([card("a"), card("b"), card("a", { ...other, recordingId: "r2" })])).toBe(0);
    expect(twinRecordings([card("a"), card("b"), card("a", other)])).toBe(1);
  });

  it("make ranges in both directions", () => {
    expect(between(["a", "b", "c", "d"], 2, 0)).toEqual(["a", "b", "c"]);
  });
});

describe("the grid", () => {
  const layout = layoutOf("medium", 1000);

  it("has as many columns as fit", () => {
    expect(layout.columns).toBe(4);
    expect(layout.cardWidth).toBeCloseTo((1000 - 30) / 4);
    expect(layoutOf("large", 200).columns).toBe(1);
  });

  it("draws only rows near the screen", () => {
    const [first, end] = rowsShown(layout, 500, 20 * layout.rowHeight, 4 * layout.rowHeight);
    expect([first, end]).toEqual([19, 25]);
    expect(rowsShown(layout, 3, 0, 800)).toEqual([0, 1]);
    expect(rowsShown(layout, 0, 0, 800)).toEqual([0, 0]);
  });

  it("scrolls no more than needed", () => {
    const { rowHeight } = layout;
    expect(scrollTo(layout, 0, 500, 800)).toBe(0);
    expect(scrollTo(layout, 4, 0, 800)).toBe(0);
    expect(scrollTo(layout, 40, 0, 800)).toBe(11 * rowHeight - 800);
  });

  it("moves by keys and stays inside", () => {
    expect(moved("right", 3, 10, 4, 2)).toBe(4);
    expect(moved("up", 2, 10, 4, 2)).toBe(2);
    expect(moved("down", 7, 10, 4, 2)).toBe(9);
    expect(moved("pageDown", 0, 100, 4, 3)).toBe(12);
    expect(moved("last", 0, 10, 4, 2)).toBe(9);
    expect(moved("first", 7, 10, 4, 2)).toBe(0);
  });

  it("shows a little around each segment, within the recording", () => {
    expect(viewOf({ start: 5, end: 6 }, 10)).toEqual({ start: 4.7, end: 6.3 });
    expect(viewOf({ start: 0, end: 100 }, 100)).toEqual({ start: 0, end: 100 });
    expect(viewOf({ start: 1, end: 1.01 }, null)).toEqual({ start: 0.85, end: 1.16 });
  });
});

describe("keys", () => {
  const label = (name: string, hotkey: string | null): SchemaLabelAnswer => ({
    name,
    hotkey,
    colour: "#000000",
    aliases: [],
  });
  const press = (key: string, given = {}) => ({
    key,
    ctrlKey: false,
    metaKey: false,
    altKey: false,
    shiftKey: false,
    ...given,
  });

  it("give labels their hotkeys, and digits to the rest; keys of the page go first", () => {
    const keys = labelKeys([
      label("speech", "2"),
      label("noise", null),
      label("rain", "r"),
      label("music", "m"),
    ]);
    expect([...keys]).toEqual([
      ["2", "speech"],
      ["m", "music"],
      ["1", "noise"],
      ["3", "rain"],
    ]);
    expect(commandOf(press("m"), keys)).toEqual({ kind: "label", label: "music" });
    expect(commandOf(press("r"), keys)).toEqual({ kind: "reject" });
  });

  it("leave keys of the browser alone", () => {
    expect(commandOf(press("r", { ctrlKey: true }), new Map())).toBeNull();
    expect(commandOf(press("z", { ctrlKey: true }), new Map())).toEqual({ kind: "undo" });
    expect(commandOf(press("Z", { ctrlKey: true, shiftKey: true }), new Map())).toEqual({ kind: "redo" });
    expect(commandOf(press("y", { metaKey: true }), new Map())).toEqual({ kind: "redo" });
    expect(commandOf(press("ArrowRight", { shiftKey: true }), new Map())).toEqual({
      kind: "move",
      move: "right",
      extend: true,
    });
    expect(commandOf(press("q"), new Map())).toBeNull();
  });
});

describe("addresses", () => {
  it("hold filters, labels with commas too", () => {
    const wanted = wantedBy({ label: joinLabels(["a,b", "100%"]), min: "0.2", max: "7", sort: "wrong" });
    expect(wanted).toMatchObject({ labels: ["a,b", "100%"], minScore: 0.2, maxScore: null, sort: "start" });
    expect(isNarrowed(wanted)).toBe(true);
    expect(isNarrowed(wantedBy({ sort: "label" }))).toBe(false);
    expect(wantedBy({ label: "100%" }).labels).toEqual(["100%"]);
  });

  it("become what the server is asked", () => {
    expect(requestFor(wantedBy({ source: "mine", uncertain: "1" }), "me")).toMatchObject({
      kind: ["person"],
      author_id: "me",
      tag: "uncertain:yes",
    });
    expect(requestFor(wantedBy({ source: "all" }), "me").kind).toEqual([]);
    expect(requestFor(wantedBy({ by: "host", recording: "r" }), "me")).toMatchObject({
      source: "host",
      recording_id: "r",
    });
    expect(requestFor(wantedBy({}), "me").source).toBeNull();
    expect(isNarrowed(wantedBy({ by: "host" }))).toBe(true);
  });
});
