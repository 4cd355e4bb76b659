import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { AnnotationDocument } from "../../../src/editor/document/AnnotationDocument";
import type { Chain } from "../../../src/editor/document/Pending";
import type { Segment } from "../../../src/editor/types";
import { remoteTo, Server, type Weather } from "./server";

const seg = (id: string, label: string, start = 1): Segment => ({ id, start, end: start + 1, label });
const about = { annotationId: "a", recordingId: "r", recordingName: "R", userId: "u" };

function outbox() {
  const kept = new Map<string, Chain>();
  return {
    kept,
    claim: async () => [...kept.values()],
    close: () => {},
    stash: () => {},
    write: async (states: ReadonlyMap<string, Chain | null>) => {
      for (const [id, chain] of states) chain ? kept.set(id, structuredClone(chain)) : kept.delete(id);
    },
  };
}

let server: Server;
beforeEach(() => {
  vi.useFakeTimers();
  server = new Server();
  server.segments.set("x", { start: 1, end: 2, label: "old" });
});
afterEach(() => {
  vi.useRealTimers();
});

async function opened(weather: Weather = () => "good", box = outbox()) {
  const made = new AnnotationDocument(about, { remote: remoteTo(server, weather), outbox: box });
  await made.open();
  await vi.advanceTimersByTimeAsync(100);
  return made;
}

describe("saving", () => {
  it("sends edits within a second, several as one", async () => {
    const made = await opened();
    for (let n = 0; n < 12; n++) {
      made.apply([{ id: "x", after: seg("x", `v${n}`) }], { label: "label" });
      await vi.advanceTimersByTimeAsync(100);
    }
    expect(server.segments.get("x")?.label).not.toBe("old");
    await vi.advanceTimersByTimeAsync(1000);
    expect(server.segments.get("x")?.label).toBe("v11");
    expect(server.revision).toBeLessThan(5);
    expect(made.state.value).toEqual({ kind: "saved" });
    expect(made.isAtRisk).toBe(false);
  });

  it("says that it waits, and sends when the server is back", async () => {
    let now: ReturnType<Weather> = "good";
    const box = outbox();
    const made = await opened(() => now, box);
    now = "unheard";
    made.apply([{ id: "x", after: seg("x", "mine") }], { label: "label" });
    await vi.advanceTimersByTimeAsync(1500);
    expect(made.state.value).toMatchObject({ kind: "waiting", count: 1 });
    expect(box.kept.get("x")?.mine?.label).toBe("mine");
    now = "good";
    await vi.advanceTimersByTimeAsync(40_000);
    expect(made.state.value).toEqual({ kind: "saved" });
    expect(server.segments.get("x")?.label).toBe("mine");
    expect(box.kept.size).toBe(0);
  });

  it("goes on where a closed page was", async () => {
    const box = outbox();
    let now: ReturnType<Weather> = "good";
    const first = await opened(() => now, box);
    now = "unheard";
    first.apply([{ id: "x", after: seg("x", "mine") }], { label: "label" });
    await vi.advanceTimersByTimeAsync(1500);
    first.close();
    const second = await opened(() => "good", box);
    expect(second.segments.get("x")?.label).toBe("mine");
    await vi.advanceTimersByTimeAsync(1500);
    expect(server.segments.get("x")?.label).toBe("mine");
  });

  it("keeps what the server refuses until the person decides", async () => {
    const made = await opened();
    server.status = "reviewed";
    made.apply([{ id: "x", after: seg("x", "mine") }], { label: "label" });
    await vi.advanceTimersByTimeAsync(1500);
    expect(made.state.value).toMatchObject({ kind: "refused", count: 1 });
    expect(made.unsent.chains[0]?.mine?.label).toBe("mine");
    made.drop();
    await vi.advanceTimersByTimeAsync(1500);
    expect(made.state.value).toEqual({ kind: "saved" });
    expect(made.segments.get("x")?.label).toBe("old");
  });

  it("offers a conflict, and does what was chosen", async () => {
    const made = await opened();
    server.commit([{ id: "x", after: seg("x", "theirs") }]);
    made.apply([{ id: "x", after: seg("x", "mine") }], { label: "label" });
    await vi.advanceTimersByTimeAsync(1500);
    expect(made.state.value).toEqual({ kind: "conflict", count: 1 });
    made.resolve(new Map([["x", "mine"]]));
    await vi.advanceTimersByTimeAsync(1500);
    expect(server.segments.get("x")?.label).toBe("mine");
  });
});

describe("undo", () => {
  it("goes back and forth without end", async () => {
    const made = await opened();
    const states = Array.from({ length: 50 }, (_, n) => `v${n}`);
    for (const label of states) made.apply([{ id: "x", after: seg("x", label) }], { label });
    for (const label of [...states].reverse()) {
      expect(made.segments.get("x")?.label).toBe(label);
      expect(made.undoable).toBe(label);
      made.undo();
    }
    expect(made.segments.get("x")?.label).toBe("old");
    for (const label of states) {
      made.redo();
      expect(made.segments.get("x")?.label).toBe(label);
    }
    await vi.advanceTimersByTimeAsync(1500);
    expect(server.segments.get("x")?.label).toBe("v49");
  });

  it("takes one movement back as one step", async () => {
    const made = await opened();
    for (let n = 1; n < 20; n++) {
      made.apply([{ id: "x", after: seg("x", "old", 1 + n / 10) }], { label: "move", group: "drag 1" });
    }
    made.undo();
    expect(made.segments.get("x")?.start).toBe(1);
    expect(made.undoable).toBeNull();
  });

  it("leaves what others did to other fields", async () => {
    const made = await opened();
    made.apply([{ id: "x", after: seg("x", "mine") }], { label: "label" });
    await vi.advanceTimersByTimeAsync(1500);
    server.commit([{ id: "x", after: { start: 1, end: 9, label: "mine" } }]);
    made.hear(server.revision);
    await vi.advanceTimersByTimeAsync(100);
    expect(made.undo()).toBe(0);
    expect(made.segments.get("x")).toMatchObject({ label: "old", end: 9 });
  });

  it("tells what others went on from", async () => {
    const made = await opened();
    made.apply([{ id: "x", after: seg("x", "mine") }], { label: "label" });
    await vi.advanceTimersByTimeAsync(1500);
    server.commit([{ id: "x", after: null }]);
    made.hear(server.revision);
    await vi.advanceTimersByTimeAsync(100);
    expect(made.undo()).toBe(1);
    expect(made.segments.get("x")).toBeUndefined();
  });

  it.each([1, 2, 3, 4, 5])("brings any sequence of steps back, and forth again (%i)", async (seed) => {
    let state = seed;
    const dice = (sides: number) => {
      state = (state * 48_271) % 2_147_483_647;
      return state % sides;
    };
    const made = await opened();
    const shown = () => JSON.stringify(made.segments.all);
    const states = [shown()];
    for (let n = 0; n < 60; n++) {
      const id = `s${dice(6)}`;
      const after = dice(4) === 0 ? null : seg(id, `v${n}`, dice(9));
      if (made.apply([{ id, after }], { label: String(n) }).length > 0) states.push(shown());
      if (dice(5) === 0) await vi.advanceTimersByTimeAsync(600);
    }
    for (const before of states.slice(0, -1).reverse()) {
      made.undo();
      expect(shown()).toBe(before);
    }
    for (const after of states.slice(1)) {
      made.redo();
      expect(shown()).toBe(after);
      if (dice(5) === 0) await vi.advanceTimersByTimeAsync(600);
    }
    await vi.advanceTimersByTimeAsync(2000);
    expect([...server.segments.keys()].sort()).toEqual(made.segments.all.map((one) => one.id).sort());
    expect(made.state.value).toEqual({ kind: "saved" });
  });
});
