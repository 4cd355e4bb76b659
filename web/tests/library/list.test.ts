import { describe, expect, it } from "vitest";
import type { SchemaRecordingAnswer } from "../../src/api/schema";
import { parseDuration } from "../../src/library/durations";
import { initialsOf, parseTags } from "../../src/library/facts";
import { parseUrls } from "../../src/library/ImportDialog";
import { actionOf, moved } from "../../src/library/keys";
import { heard, jobOf } from "../../src/library/live";
import { fromLocal, toLocal } from "../../src/library/moments";
import { firstOf, renewed, sizeToRenew, withMore } from "../../src/library/pages";
import { ordered } from "../../src/library/projectOrder";
import { outlineOf, pairsOf } from "../../src/library/waveform";

const key = (name: string, given = {}) => ({
  key: name,
  ctrlKey: false,
  metaKey: false,
  altKey: false,
  shiftKey: false,
  ...given,
});
const row = (id: string) => ({ id }) as SchemaRecordingAnswer;
const page = (ids: string, next: string | null) => ({ items: [...ids].map(row), next, count: 9 });
const idsOf = (rows: readonly { id: string }[]) => rows.map(({ id }) => id).join("");

describe("keys of the list", () => {
  it("move, open, select and search", () => {
    expect(actionOf(key("j"))).toEqual({ kind: "move", by: 1, row: false });
    expect(actionOf(key("Enter"))).toEqual({ kind: "open" });
    expect(actionOf(key("X", { shiftKey: true }))).toEqual({ kind: "extend" });
    expect(actionOf(key("/"))).toEqual({ kind: "search" });
    expect(actionOf(key("a", { ctrlKey: true }))).toEqual({ kind: "all" });
  });

  it("leave the browser its own", () => {
    expect(actionOf(key("j", { ctrlKey: true }))).toBeNull();
    expect(actionOf(key("ArrowLeft", { altKey: true }))).toBeNull();
    expect(actionOf(key("q"))).toBeNull();
  });

  it("stay within the list, by rows of cards where there are some", () => {
    const down = { kind: "move", by: 1, row: true } as const;
    expect(moved(-1, 10, down, 1)).toBe(0);
    expect(moved(9, 10, down, 1)).toBe(9);
    expect(moved(2, 10, down, 4)).toBe(6);
    expect(moved(0, 0, down, 1)).toBe(-1);
    expect(moved(3, 10, { kind: "edge", end: true }, 1)).toBe(9);
  });
});

describe("pages of the list", () => {
  it("grow without showing a row twice", () => {
    const grown = withMore(firstOf(page("abc", "n1")), page("cde", null));
    expect(idsOf(grown.rows)).toBe("abcde");
    expect(grown.next).toBeNull();
  });

  it("are renewed at their beginning, and keep what was loaded beyond", () => {
    const grown = withMore(firstOf(page("abcd", "n1")), page("efgh", "n2"));
    const after = renewed(grown, page("xabc", "m1"));
    expect(idsOf(after.rows)).toBe("xabcefgh");
    expect(after.next).toBe("n2");
    expect(idsOf(renewed(grown, page("ab", null)).rows)).toBe("ab");
  });

  it("are asked for whole, and no more than the server gives", () => {
    expect([0, 1, 50, 51, 4000].map(sizeToRenew)).toEqual([50, 50, 50, 100, 500]);
  });
});

describe("what is under way", () => {
  const told = (state: string, progress = 0, id = "j1", recording_id: string | null = "r1") =>
    jobOf(id, { kind: "import", state, progress, stage: "", recording_id });

  it("follows a job from the queue to its end", () => {
    let now = heard(new Map(), told("queued"));
    expect(now.get("r1")?.state).toBe("queued");
    now = heard(now, told("running", 0.5));
    expect(now.get("r1")).toMatchObject({ state: "running", progress: 0.5 });
    expect(heard(now, told("done")).size).toBe(0);
  });

  it("shows the job that runs, whatever waits or ended beside it", () => {
    const now = heard(new Map(), told("running", 0.5));
    expect(heard(now, told("queued", 0, "j2")).get("r1")?.jobId).toBe("j1");
    expect(heard(now, told("failed", 0, "j0")).get("r1")?.jobId).toBe("j1");
    expect(heard(now, told("running", 0, "j3", null))).toBe(now);
  });
});

describe("thumbnails", () => {
  it("are pairs of signed bytes", () => {
    const bytes = btoa(String.fromCharCode(0x80, 0x7f, 0xff, 0x01));
    expect(pairsOf(bytes)).toEqual([
      [-128, 127],
      [-1, 1],
    ]);
    expect(outlineOf(bytes)).toBe("M0.5,1L1.5,126L1.5,130L0.5,256Z");
  });

  it("are empty where the text is none", () => {
    expect(pairsOf("***")).toEqual([]);
    expect(outlineOf("")).toBe("");
  });
});

describe("what people type", () => {
  it("is a duration in seconds or as a clock shows it", () => {
    expect(["90", "1:30", "1:00:05", "0,5", " "].map(parseDuration)).toEqual([90, 90, 3605, 0.5, null]);
    expect(["abc", "1:75", "-3", "1:2:3:4"].map(parseDuration)).toEqual(Array(4).fill("wrong"));
  });

  it("is tags with commas, `#` or not, each once", () => {
    expect(parseTags("#dawn, wren song,, dawn\nnew ; x")).toEqual(["dawn", "wren song", "new", "x"]);
  });

  it("is addresses on lines, each once", () => {
    expect(parseUrls(" https://a/1 \n\nhttps://a/2\nhttps://a/1")).toEqual(["https://a/1", "https://a/2"]);
  });

  it("is a moment on the reader's clock", () => {
    const iso = "2026-05-01T03:04:05.000Z";
    expect(fromLocal(toLocal(iso))).toBe(iso);
    expect([toLocal(null), toLocal("x"), fromLocal(""), fromLocal("x")]).toEqual(["", "", null, null]);
  });

  it("is a name with initials, in any script", () => {
    expect(["Lead Annotator", "admin", "  ", "标注 员", "Co-Reviewer of Owls"].map(initialsOf)).toEqual([
      "LA",
      "A",
      "?",
      "标员",
      "CO",
    ]);
  });
});

it("projects are sorted by name as people count, or by what happened last", () => {
  const project = (name: string, updated_at: string) => ({ name, updated_at, created_at: updated_at });
  const given = [project("b 10", "2026-01-02"), project("B 2", "2026-01-03"), project("a", "2026-01-01")];
  const names = (sort: "name" | "changed") => ordered(given as never, sort, "en").map(({ name }) => name);
  expect(names("name")).toEqual(["a", "B 2", "b 10"]);
  expect(names("changed")).toEqual(["B 2", "b 10", "a"]);
});
