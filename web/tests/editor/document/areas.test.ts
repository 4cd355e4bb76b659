import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { ApiError, Unreachable } from "../../../src/api/client";
import { AreaDocument } from "../../../src/editor/document/AreaDocument";
import { stateOf } from "../../../src/editor/document/saveState";

const area = { start: 1, end: 2, channel: null };
const nothing = {
  edits: 0,
  areas: 0,
  conflicts: 0,
  trouble: null,
  isLoading: false,
  refused: null,
  areasRefused: null,
};

describe("areas that the server does not have", () => {
  beforeEach(() => {
    vi.useFakeTimers();
    localStorage.clear();
  });
  afterEach(() => vi.useRealTimers());

  it("wait while it is away, and are sent when it is back", async () => {
    let away = true;
    const made = new AreaDocument("one", async () => {
      if (away) throw new Unreachable("away");
      return { areas: [area] };
    });
    made.edit(true, area);
    await vi.advanceTimersByTimeAsync(10);
    expect(made.waiting.value).toBe(1);
    expect(made.trouble.value).not.toBeNull();
    away = false;
    await vi.advanceTimersByTimeAsync(2000);
    expect([made.waiting.value, made.trouble.value, made.areas.value]).toEqual([0, null, [area]]);
  });

  it("are kept with the reason where it refuses them, until they are dropped", async () => {
    const problem = { status: 422, code: "invalid_value", title: "", detail: "" };
    const made = new AreaDocument("one", () => Promise.reject(new ApiError(problem as never)));
    made.edit(true, area);
    await vi.advanceTimersByTimeAsync(10);
    expect(made.error.value).toBeInstanceOf(ApiError);
    expect(made.areas.value).toEqual([area]);
    made.drop();
    expect([made.error.value, made.areas.value, made.waiting.value]).toEqual([null, [], 0]);
  });
});

describe("the state that is shown", () => {
  it("is saved only when segments and areas are", () => {
    expect(stateOf(nothing)).toEqual({ kind: "saved" });
    expect(stateOf({ ...nothing, areas: 1 })).toEqual({ kind: "saving", count: 1 });
    expect(stateOf({ ...nothing, edits: 2, areas: 1, areasRefused: "no" })).toEqual({
      kind: "refused",
      count: 3,
      error: "no",
    });
    const trouble = { error: "away", retryAt: 5 };
    expect(stateOf({ ...nothing, areas: 1, trouble })).toEqual({ kind: "waiting", count: 1, ...trouble });
  });
});
