import { beforeEach, describe, expect, it, vi } from "vitest";
import type { Change } from "../../src/editor/model/edits";
import type { Card } from "../../src/review/cards";

const sent: (readonly Change[])[] = [];
let revision = 1;

vi.mock("../../src/review/own", () => ({
  findOwn: async () => null,
  beginOwn: async () => ({ annotationId: "own", revision, segments: new Map() }),
  readHeld: async () => ({ annotationId: "own", revision, segments: new Map() }),
  send: async (_: string, __: number, changes: readonly Change[]) => {
    sent.push(changes);
    revision++;
    return { annotation: { revision }, others: [] };
  },
}));
vi.mock("../../src/review/rejected", () => ({ noteRejected: async () => undefined }));

const { ReviewStore } = await import("../../src/review/ReviewStore");
const { wantedBy } = await import("../../src/review/query");

const card: Card = {
  key: "m/a",
  annotationId: "m",
  recordingId: "r",
  recordingName: "r.wav",
  duration: 10,
  whose: "model",
  source: "earmark 1 (whisper base)",
  revision: 1,
  segment: { id: "a", start: 1, end: 2, label: "speech", score: 0.4 },
};

function storeWith(cards: readonly Card[]) {
  const store = new ReviewStore("p", "me", wantedBy({}));
  store.cards.value = cards;
  return store;
}

describe("decisions that are taken back", () => {
  beforeEach(() => {
    sent.length = 0;
    revision = 1;
  });

  it("are made again by redo, and taken back again by undo", async () => {
    const store = storeWith([card]);
    await store.decide({ kind: "accept" });
    expect(store.verdicts.value.get("m/a")?.said).toBe("accepted");
    expect(store.canRedo.value).toBe(false);

    await store.undo();
    expect(store.verdicts.value.get("m/a")).toBeUndefined();
    expect([store.canUndo.value, store.canRedo.value]).toEqual([false, true]);

    await store.redo();
    expect(store.verdicts.value.get("m/a")?.said).toBe("accepted");
    expect([store.canUndo.value, store.canRedo.value]).toEqual([true, false]);

    await store.undo();
    expect(sent.map(([change]) => [change?.before?.id ?? null, change?.after?.id ?? null])).toEqual([
      [null, "a"],
      ["a", null],
      [null, "a"],
      ["a", null],
    ]);
  });

  it("cannot be made again once something else was decided", async () => {
    const store = storeWith([card]);
    await store.decide({ kind: "accept" });
    await store.undo();
    await store.decide({ kind: "label", label: "noise" });
    expect(store.canRedo.value).toBe(false);
    expect(await store.redo()).toBeNull();
    expect(store.verdicts.value.get("m/a")?.said).toBe("changed");
  });

  it("hide and show again what was rejected, without a request", async () => {
    const store = storeWith([card]);
    await store.decide({ kind: "reject" });
    await store.undo();
    expect(store.verdicts.value.get("m/a")).toBeUndefined();
    await store.redo();
    expect(store.verdicts.value.get("m/a")?.said).toBe("rejected");
    expect(sent).toEqual([]);
  });
});
