import { describe, expect, it } from "vitest";
import { leftovers, Outbox } from "../../../src/editor/document/Outbox";
import { SegmentStore } from "../../../src/editor/document/SegmentStore";
import type { Segment } from "../../../src/editor/types";

const many = (count: number): Segment[] =>
  Array.from({ length: count }, (_, n) => ({
    id: `s${n}`,
    start: (n * 7919) % count,
    end: ((n * 7919) % count) + (n % 97 === 0 ? 500 : 0.8),
  }));

describe("segments by time", () => {
  it("finds what a plain search finds, long ones and points too", () => {
    const store = new SegmentStore();
    const all = many(3000);
    all.push({ id: "point", start: 100, end: 100 });
    store.update(all.slice(0, 1500).map((one) => [one.id, one] as const));
    for (const one of all.slice(1500)) store.update([[one.id, one]]);
    for (const [start, end] of [
      [0, 5],
      [100, 100.5],
      [99.5, 100],
      [2500, 4000],
      [0, 9000],
      [700.5, 701],
    ] as const) {
      const plain = all.filter((one) => one.start < end && (one.end > start || one.start === start));
      const found = store.overlapping(start, end);
      expect(found.map((one) => one.id).sort()).toEqual(plain.map((one) => one.id).sort());
      expect(found.every((one, n) => n === 0 || (found[n - 1]?.start ?? 0) <= one.start)).toBe(true);
    }
  });

  it("moves and removes", () => {
    const store = new SegmentStore();
    store.update(many(500).map((one) => [one.id, one] as const));
    store.update([
      ["s5", { id: "s5", start: 9999, end: 10_000 }],
      ["s6", null],
    ]);
    expect(store.size).toBe(499);
    expect(store.overlapping(9999, 10_000).map((one) => one.id)).toEqual(["s5"]);
    expect(store.get("s6")).toBeUndefined();
  });

  it("knows what comes next and before", () => {
    const store = new SegmentStore();
    store.update([1, 3, 3, 8].map((start, n) => [`n${n}`, { id: `n${n}`, start, end: start + 1 }] as const));
    expect(store.neighbour(3, 1)?.id).toBe("n3");
    expect(store.neighbour(3, -1)?.id).toBe("n0");
    expect(store.neighbour(8, 1)).toBeUndefined();
    expect(store.neighbour(0, -1)).toBeUndefined();
  });
});

describe("the outbox", () => {
  const about = { annotationId: "a1", recordingId: "r", recordingName: "R", userId: "u" };
  const chain = (id: string) => ({ id, base: null, past: [], mine: { id, start: 0, end: 1 } });

  it("gives what a closed document left to the next one, and only to its person", async () => {
    const first = new Outbox(about);
    await first.write(
      new Map([
        ["x", chain("x")],
        ["y", chain("y")],
      ]),
    );
    await first.write(new Map([["y", null]]));
    expect(await leftovers("u")).toEqual([]);
    first.close();
    expect((await leftovers("u")).map((one) => one.annotationId)).toEqual(["a1"]);
    expect(await leftovers("somebody else")).toEqual([]);
    const second = new Outbox(about);
    expect(await second.claim()).toEqual([chain("x")]);
    await second.write(new Map([["x", null]]));
    second.close();
    expect(await leftovers("u")).toEqual([]);
  });

  it("keeps what a page laid down while it was closed, in place of what the disk had until then", async () => {
    const first = new Outbox(about);
    await first.write(
      new Map([
        ["x", chain("x")],
        ["sent", chain("sent")],
      ]),
    );
    const newer = { ...chain("x"), mine: { id: "x", start: 0, end: 1, text: "the last stroke" } };
    first.stash([newer, chain("z")]);
    expect(await leftovers("u")).toEqual([]);
    first.close();
    const second = new Outbox(about);
    const claimed = await second.claim();
    expect(claimed.sort((a, b) => a.id.localeCompare(b.id))).toEqual([newer, chain("z")]);
    second.stash([]);
    expect(Object.keys(localStorage).filter((name) => name.startsWith("earmark.unsent"))).toEqual([]);
    await second.write(
      new Map([
        ["x", null],
        ["z", null],
      ]),
    );
    second.close();
    expect(await leftovers("u")).toEqual([]);
  });
});
