import { describe, expect, it, vi } from "vitest";
import { Loader } from "../../../src/editor/canvas/loader";
import { ByteCache } from "../../../src/editor/canvas/lru";
import { randoms } from "./random";

describe("a cache of bytes", () => {
  it("forgets what was not used for the longest time", () => {
    const dropped: string[] = [];
    const cache = new ByteCache<string>(30, (value) => dropped.push(value));
    cache.set("a", "A", 10);
    cache.set("b", "B", 10);
    cache.set("c", "C", 10);
    expect(cache.get("a")).toBe("A");
    cache.set("d", "D", 10);
    expect(dropped).toEqual(["B"]);
    expect([cache.has("a"), cache.has("b"), cache.bytes, cache.size]).toEqual([true, false, 30, 3]);
  });

  it("never holds more than it may, but for one thing that is larger than that", () => {
    const random = randoms(7);
    const cache = new ByteCache<number>(1000);
    for (let k = 0; k < 5000; k++) {
      cache.set(String(Math.floor(random() * 200)), k, 1 + Math.floor(random() * 300));
      expect(cache.bytes).toBeLessThanOrEqual(1000);
    }
    cache.set("huge", 0, 5000);
    expect([cache.bytes, cache.size, cache.get("huge")]).toEqual([5000, 1, 0]);
    cache.clear();
    expect([cache.bytes, cache.size]).toEqual([0, 0]);
  });
});

/** Fetches that end when told to. */
function desk() {
  const open = new Map<
    string,
    { resolve: () => void; reject: (error: unknown) => void; signal: AbortSignal }
  >();
  const started: string[] = [];
  const wish = (key: string, lane?: string) => ({
    key,
    ...(lane ? { lane } : {}),
    load: (signal: AbortSignal) => {
      started.push(key);
      return new Promise<void>((resolve, reject) => {
        open.set(key, { resolve, reject, signal });
        signal.addEventListener("abort", () => reject(new DOMException("", "AbortError")));
      });
    },
  });
  return { open, started, wish };
}

const soon = () => new Promise((resolve) => setTimeout(resolve, 0));

describe("the loader", () => {
  it("runs a few at a time, in the order of the wishes", async () => {
    const { open, started, wish } = desk();
    const loader = new Loader(
      () => undefined,
      () => undefined,
      2,
    );
    loader.wish(["a", "b", "c", "d"].map((key) => wish(key)));
    expect(started).toEqual(["a", "b"]);
    open.get("a")?.resolve();
    await soon();
    expect(started).toEqual(["a", "b", "c"]);
  });

  it("gives up what is no longer wished for, and goes on with what is", async () => {
    const { open, started, wish } = desk();
    const failed = vi.fn();
    const loader = new Loader(() => undefined, failed, 2);
    loader.wish(["a", "b"].map((key) => wish(key)));
    loader.wish(["b", "c"].map((key) => wish(key)));
    await soon();
    expect(open.get("a")?.signal.aborted).toBe(true);
    expect(open.get("b")?.signal.aborted).toBe(false);
    expect(started).toEqual(["a", "b", "c"]);
    expect(failed).not.toHaveBeenCalled();
  });

  it("loads again what was given up and then wished for", async () => {
    const { started, wish } = desk();
    const loader = new Loader(
      () => undefined,
      () => undefined,
      1,
    );
    loader.wish([wish("a")]);
    loader.wish([]);
    loader.wish([wish("a")]);
    await soon();
    expect(started).toEqual(["a", "a"]);
  });

  it("loads nothing twice that was wished for again while it was on its way", async () => {
    const { open, started, wish } = desk();
    const loader = new Loader(
      () => undefined,
      () => undefined,
    );
    loader.wish([wish("a")]);
    loader.wish([wish("a")]);
    open.get("a")?.resolve();
    await soon();
    expect(started).toEqual(["a"]);
  });

  it("lets one of a lane go before the others", async () => {
    const { open, started, wish } = desk();
    const loader = new Loader(
      () => undefined,
      () => undefined,
      4,
    );
    loader.wish([wish("a", "first drawing"), wish("b", "first drawing"), wish("c")]);
    expect(started).toEqual(["a", "c"]);
    open.get("a")?.resolve();
    await soon();
    expect(started).toEqual(["a", "c", "b"]);
  });

  it("tries again after a while, tells when it gives up, and starts anew when asked", async () => {
    vi.useFakeTimers();
    const failed = vi.fn();
    let tries = 0;
    const loader = new Loader(() => undefined, failed, 1);
    const load = () => {
      tries++;
      return Promise.reject(new Error("away"));
    };
    loader.wish([{ key: "a", load }]);
    await vi.advanceTimersByTimeAsync(400);
    expect(tries).toBe(1);
    await vi.advanceTimersByTimeAsync(20_000);
    expect(tries).toBe(4);
    expect(failed).toHaveBeenCalledTimes(1);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(tries).toBe(4);
    loader.retry();
    await vi.advanceTimersByTimeAsync(1);
    expect(tries).toBe(5);
    vi.useRealTimers();
  });
});
