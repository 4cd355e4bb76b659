import { describe, expect, it } from "vitest";
import {
  added,
  due,
  happened,
  type Queue,
  totalsOf,
  type Upload,
  type UploadEvent,
  wasThere,
} from "../../src/library/upload/queue";

function upload(id: string, given: Partial<Upload> = {}): Upload {
  return {
    id,
    projectId: "p",
    name: `${id}.wav`,
    path: `${id}.wav`,
    size: 100,
    state: "waiting",
    sent: 0,
    error: null,
    recordingId: null,
    ...given,
  };
}

const four: Queue = ["a", "b", "c", "d"].map((id) => upload(id));
const happen = (queue: Queue, ...events: UploadEvent[]) => events.reduce(happened, queue);
const stateOf = (queue: Queue, id: string) => queue.find((one) => one.id === id)?.state;

describe("the queue of uploads", () => {
  it("sends three at a time, in the order in which they came", () => {
    expect(due(four).map(({ id }) => id)).toEqual(["a", "b", "c"]);
    const begun = happen(four, { kind: "started", id: "a" }, { kind: "started", id: "b" });
    expect(due(begun).map(({ id }) => id)).toEqual(["c"]);
  });

  it("goes on with the next one when one has ended or rests", () => {
    const begun = happen(four, ...["a", "b", "c"].map((id): UploadEvent => ({ kind: "started", id })));
    expect(due(begun)).toEqual([]);
    const ends: UploadEvent[] = [
      { kind: "paused", id: "a" },
      { kind: "cancelled", id: "a" },
      { kind: "failed", id: "a", error: "broke", final: false },
      { kind: "arrived", id: "a", recordingId: "r", wasThere: false },
    ];
    for (const end of ends) expect(due(happened(begun, end)).map(({ id }) => id)).toEqual(["d"]);
  });

  it("keeps what was sent over a pause, and forgets it over a cancellation", () => {
    const sent = happen(four, { kind: "started", id: "a" }, { kind: "progress", id: "a", sent: 60 });
    expect(happened(sent, { kind: "paused", id: "a" })[0]).toMatchObject({ state: "paused", sent: 60 });
    expect(happened(sent, { kind: "cancelled", id: "a" })[0]).toMatchObject({ state: "cancelled", sent: 0 });
    const on = happen(sent, { kind: "paused", id: "a" }, { kind: "resumed", id: "a" });
    expect(on[0]).toMatchObject({ state: "waiting", sent: 60 });
  });

  it("hears nothing of an upload that rests or has ended", () => {
    const paused = happen(four, { kind: "started", id: "a" }, { kind: "paused", id: "a" });
    expect(happened(paused, { kind: "progress", id: "a", sent: 50 })).toEqual(paused);
    expect(happened(paused, { kind: "failed", id: "a", error: "x", final: false })).toEqual(paused);
    const done = happen(four, { kind: "arrived", id: "a", recordingId: "r", wasThere: false });
    for (const kind of ["started", "paused", "resumed", "cancelled"] as const) {
      expect(happened(done, { kind, id: "a" })).toEqual(done);
    }
  });

  it("tells what may be tried again from what the server refused", () => {
    const failed = happened(four, { kind: "failed", id: "a", error: "broke", final: false });
    const refused = happened(four, { kind: "failed", id: "a", error: "empty", final: true });
    expect([stateOf(failed, "a"), stateOf(refused, "a")]).toEqual(["failed", "refused"]);
    expect(happened(failed, { kind: "retried", id: "a" })[0]).toMatchObject({
      state: "waiting",
      error: null,
    });
  });

  it("says of a file that arrived when the server can make nothing of it", () => {
    const arrived = happened(four, { kind: "arrived", id: "b", recordingId: "r1", wasThere: false });
    const told = happened(arrived, { kind: "unreadable", recordingId: "r1", error: "is not a recording" });
    expect(told[1]).toMatchObject({ state: "refused", error: "is not a recording" });
    expect(stateOf(told, "a")).toBe("waiting");
  });

  it("takes the same file twice only once it has ended", () => {
    expect(added(four, [upload("a2", { path: "a.wav" })])).toHaveLength(4);
    expect(added(four, [upload("a2", { path: "a.wav", projectId: "other" })])).toHaveLength(5);
    const done = happened(four, { kind: "arrived", id: "a", recordingId: "r", wasThere: false });
    expect(added(done, [upload("a2", { path: "a.wav" })])).toHaveLength(5);
  });

  it("knows a recording that was there before", () => {
    expect(wasThere(four, "a", "01k2", "01k1")).toBe(true);
    expect(wasThere(four, "a", "01k2", "01k3")).toBe(false);
    const done = happened(four, { kind: "arrived", id: "b", recordingId: "01k3", wasThere: false });
    expect(wasThere(done, "a", "01k2", "01k3")).toBe(true);
  });

  it("adds up what is sent, without what was given up", () => {
    const queue = [
      upload("a", { state: "sending", sent: 50 }),
      upload("b", { state: "done", sent: 100 }),
      upload("c", { state: "cancelled" }),
      upload("d", { state: "refused", error: "x" }),
      upload("e"),
    ];
    expect(totalsOf(queue)).toMatchObject({
      count: 5,
      ended: 3,
      arrived: 1,
      troubled: 1,
      size: 300,
      sent: 150,
    });
  });
});
