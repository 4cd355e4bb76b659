import { describe, expect, it } from "vitest";
import { Unreachable } from "../../../src/api/client";
import type { Chain, Choice } from "../../../src/editor/document/Pending";
import { SegmentStore } from "../../../src/editor/document/SegmentStore";
import { Refused, Sync } from "../../../src/editor/document/Sync";
import { same } from "../../../src/editor/model/segments";
import type { Segment } from "../../../src/editor/types";
import { remoteTo, Server, type Weather } from "./server";

const seg = (id: string, label: string, start = 1): Segment => ({ id, start, end: start + 1, label });

/** A page with its disk: what is on the disk survives `restart`. */
class Desk {
  readonly disk = new Map<string, Chain>();
  sync: Sync;
  constructor(
    readonly server: Server,
    readonly weather: Weather = () => "good",
  ) {
    this.sync = this.#open();
  }

  #open(): Sync {
    const sync: Sync = new Sync(new SegmentStore(), remoteTo(this.server, this.weather), (ids) => {
      for (const id of ids) {
        const chain = sync.pending.chains.get(id);
        if (chain) this.disk.set(id, structuredClone(chain));
        else this.disk.delete(id);
      }
    });
    for (const chain of this.disk.values()) sync.pending.restore(structuredClone(chain));
    sync.store.update([...sync.pending.chains.values()].map(({ id, mine }) => [id, mine] as const));
    return sync;
  }

  restart(): void {
    this.sync = this.#open();
  }

  async run(): Promise<void> {
    this.sync.doubt();
    for (let n = 0; n < 500; n++) if ((await this.sync.step(true)) === "idle") return;
    throw new Error("it never ends");
  }

  shown(): Record<string, string> {
    return Object.fromEntries(this.sync.store.all.map((one) => [one.id, one.label ?? ""]));
  }
}

function serverWith(...segments: Segment[]): Server {
  const server = new Server();
  for (const { id, ...plain } of segments) server.segments.set(id, plain);
  return server;
}

const labels = (server: Server) =>
  Object.fromEntries([...server.segments].map(([id, one]) => [id, one.label ?? ""]));

describe("an annotation and its server", () => {
  it("loads page by page", async () => {
    const server = serverWith(...Array.from({ length: 10 }, (_, n) => seg(`s${n}`, "a", n)));
    const desk = new Desk(server);
    await desk.run();
    expect(desk.sync.store.all.map((one) => one.start)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
  });

  it("sends edits as one revision", async () => {
    const server = serverWith(seg("x", "old"), seg("y", "gone"));
    const desk = new Desk(server);
    await desk.run();
    desk.sync.edit([
      { id: "x", after: seg("x", "new") },
      { id: "y", after: null },
      { id: "z", after: seg("z", "added") },
    ]);
    await desk.run();
    expect(labels(server)).toEqual({ x: "new", z: "added" });
    expect(server.revision).toBe(2);
    expect(desk.disk.size).toBe(0);
  });

  it("sends once what was heard and not answered", async () => {
    let now: ReturnType<Weather> = "good";
    const server = serverWith(seg("x", "old"));
    const desk = new Desk(server, () => now);
    await desk.run();
    desk.sync.edit([{ id: "z", after: seg("z", "added") }]);
    await desk.sync.step(true);
    now = "unanswered";
    await expect(desk.sync.step(true)).rejects.toThrow(Unreachable);
    now = "good";
    desk.sync.edit([{ id: "z", after: seg("z", "changed since") }]);
    desk.restart();
    await desk.run();
    expect(labels(server)).toEqual({ x: "old", z: "changed since" });
    expect(desk.sync.pending.conflicts).toEqual([]);
  });

  it("shows what others changed elsewhere, without a question", async () => {
    const server = serverWith(seg("x", "old"), seg("y", "old"));
    const desk = new Desk(server);
    await desk.run();
    server.commit([{ id: "y", after: seg("y", "theirs") }]);
    desk.sync.edit([{ id: "x", after: seg("x", "mine") }]);
    await desk.run();
    expect(desk.shown()).toEqual({ x: "mine", y: "theirs" });
    expect(labels(server)).toEqual({ x: "mine", y: "theirs" });
  });

  it.each<[Choice, string]>([
    ["mine", "mine"],
    ["theirs", "theirs"],
  ])("asks where both changed one segment: %s", async (choice, label) => {
    const server = serverWith(seg("x", "old"));
    const desk = new Desk(server);
    await desk.run();
    server.commit([{ id: "x", after: seg("x", "theirs") }]);
    desk.sync.edit([{ id: "x", after: seg("x", "mine") }]);
    await desk.run();
    expect(desk.shown()).toEqual({ x: "mine" });
    expect(labels(server)).toEqual({ x: "theirs" });
    const [conflict] = desk.sync.pending.conflicts;
    expect([conflict?.mine?.label, conflict?.base?.label, conflict?.conflict?.origin?.label]).toEqual([
      "mine",
      "theirs",
      "old",
    ]);
    desk.restart();
    await desk.run();
    expect(desk.sync.pending.conflicts).toHaveLength(1);
    desk.sync.resolve(new Map([["x", choice]]));
    await desk.run();
    expect(desk.shown()).toEqual({ x: label });
    expect(labels(server)).toEqual({ x: label });
  });

  it("keeps and tells what the server does not take", async () => {
    const server = serverWith(seg("x", "old"));
    const desk = new Desk(server);
    await desk.run();
    server.status = "reviewed";
    desk.sync.edit([{ id: "x", after: seg("x", "mine") }]);
    await expect(desk.run()).rejects.toThrow(Refused);
    expect(desk.disk.size).toBe(1);
    server.status = "draft";
    await desk.run();
    expect(labels(server)).toEqual({ x: "mine" });
  });

  it("reads everything anew when it is far behind", async () => {
    const server = serverWith(seg("x", "old"), seg("y", "old", 2));
    const desk = new Desk(server);
    await desk.run();
    for (let n = 0; n < 60; n++) server.commit([{ id: "x", after: seg("x", `theirs ${n}`) }]);
    server.commit([{ id: "y", after: null }]);
    await desk.run();
    expect(desk.shown()).toEqual({ x: "theirs 59" });
  });

  it("gives up what was not sent, knowingly", async () => {
    const server = serverWith(seg("x", "old"));
    const desk = new Desk(server, () => "good");
    await desk.run();
    desk.sync.edit([
      { id: "x", after: seg("x", "mine") },
      { id: "n", after: seg("n", "new") },
    ]);
    desk.sync.drop();
    await desk.run();
    expect(desk.shown()).toEqual({ x: "old" });
    expect(desk.disk.size).toBe(0);
  });
});

function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 1_664_525 + 1_013_904_223) % 4_294_967_296;
    return state / 4_294_967_296;
  };
}

describe("any sequence of edits, failures, restarts and edits of others", () => {
  const seeds = Array.from({ length: 60 }, (_, n) => n + 1);
  it.each(seeds)("converges and loses nothing (%i)", async (seed) => {
    const next = random(seed);
    const pick = <T>(list: readonly T[]): T => list[Math.floor(next() * list.length)] as T;
    let stormy = true;
    const weather: Weather = () => {
      const dice = next();
      return !stormy || dice > 0.5 ? "good" : dice > 0.25 ? "unheard" : "unanswered";
    };
    const names = ["a", "b", "c", "d", "e", "f", "g"];
    const server = serverWith(...names.slice(0, 4).map((id, n) => seg(id, "begin", n)));
    const desks = [new Desk(server, weather), new Desk(server, weather)];
    const wanted = new Map<Desk, Map<string, Segment | null>>(desks.map((desk) => [desk, new Map()]));
    let count = 0;
    const dropped = new Set<string>();

    const act = async (desk: Desk) => {
      const dice = next();
      if (dice < 0.45) {
        const id = pick(names);
        const after = next() < 0.25 ? null : seg(id, `v${++count}`, Math.floor(next() * 5));
        if (after === null && desk.sync.store.get(id) === undefined) return;
        desk.sync.edit([{ id, after }]);
        wanted.get(desk)?.set(id, after);
      } else if (dice < 0.5) desk.restart();
      else if (dice < 0.55) desk.sync.doubt();
      else if (dice < 0.62) {
        for (const chain of desk.sync.pending.conflicts) {
          const choice = pick<Choice>(["mine", "theirs"]);
          if (choice === "theirs") dropped.add(`${chain.id}:${chain.mine?.label ?? ""}`);
          desk.sync.resolve(new Map([[chain.id, choice]]));
        }
      } else if (dice < 0.66) {
        const id = pick(names);
        server.commit([{ id, after: next() < 0.3 ? null : seg(id, `r${++count}`) }]);
      } else await desk.sync.step(true).catch(() => {});
    };

    for (let n = 0; n < 120; n++) await act(pick(desks));
    stormy = false;
    for (let round = 0; round < 6; round++) {
      for (const desk of desks) {
        await desk.run();
        const choices = desk.sync.pending.conflicts.map((chain) => [chain.id, "mine"] as const);
        desk.sync.resolve(new Map(choices));
        await desk.run();
      }
    }
    for (const desk of desks) {
      await desk.run();
      expect(desk.shown()).toEqual(labels(server));
      expect(desk.disk.size).toBe(0);
      expect(desk.sync.pending.size).toBe(0);
      for (const one of desk.sync.store.all)
        expect(same(one, server.segments.get(one.id) ?? null)).toBe(true);
    }
    // The last state that a person wanted of a segment reached the server, unless the person gave it up.
    const taken = new Set(server.taken);
    for (const [, states] of wanted) {
      for (const [id, state] of states) {
        const name = `${id}:${state?.label ?? ""}`;
        const isThere = taken.has(name) || dropped.has(name) || same(server.segments.get(id) ?? null, state);
        expect(isThere || state === null, name).toBe(true);
      }
    }
  });
});
