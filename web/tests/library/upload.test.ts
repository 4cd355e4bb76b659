import { describe, expect, it } from "vitest";
import { isLitter, looksLikeMedia, sortOut } from "../../src/library/upload/media";
import { mayPass } from "../../src/library/upload/sender";
import { type Sample, sampled, secondsLeft, speedOf } from "../../src/library/upload/speed";

const chosen = (path: string, type = "") => ({
  path,
  file: new File(["x"], path.split("/").at(-1) ?? "", { type }),
});

describe("files of a folder", () => {
  it("are recordings by their ending or type", () => {
    expect(looksLikeMedia("a.WAV", "")).toBe(true);
    expect(looksLikeMedia("clip", "video/mp4")).toBe(true);
    expect(looksLikeMedia("notes.txt", "text/plain")).toBe(false);
    expect(looksLikeMedia("wav", "")).toBe(false);
  });

  it("are sorted out: litter is passed over, others are told", () => {
    const { media, others } = sortOut([
      chosen("t/a.wav"),
      chosen("t/notes.txt"),
      chosen("t/.DS_Store"),
      chosen("t/.git/x.wav"),
      chosen("t/Thumbs.db"),
    ]);
    expect(media.map(({ path }) => path)).toEqual(["t/a.wav"]);
    expect(others.map(({ path }) => path)).toEqual(["t/notes.txt"]);
    expect(isLitter("a/b.wav")).toBe(false);
  });

  it("are the server's to judge where somebody chose them one by one", () => {
    expect(sortOut([chosen("strange.dat")]).media).toHaveLength(1);
  });
});

describe("the speed", () => {
  const rows = (...pairs: [number, number][]) =>
    pairs.reduce<readonly Sample[]>((all, [at, sent]) => sampled(all, { at, sent }), []);

  it("is that of the last seconds", () => {
    expect(speedOf(rows([0, 0]))).toBeNull();
    expect(speedOf(rows([0, 0], [500, 900]))).toBeNull();
    expect(speedOf(rows([0, 0], [2000, 3000]))).toBe(1500);
    expect(speedOf(rows([0, 0], [20_000, 1000], [22_000, 5000]))).toBe(2000);
  });

  it("begins anew when something was cancelled", () => {
    expect(rows([0, 0], [1000, 5000], [2000, 100])).toEqual([{ at: 2000, sent: 100 }]);
  });

  it("tells the time left, unless nothing moves", () => {
    expect(secondsLeft(100, 1000)).toBe(10);
    expect(secondsLeft(0, 1000)).toBeNull();
    expect(secondsLeft(null, 1000)).toBeNull();
  });
});

it("tries again what may pass by itself", () => {
  expect([0, 409, 423, 429, 460, 500, 503].every(mayPass)).toBe(true);
  expect([400, 401, 403, 404, 413, 422].some(mayPass)).toBe(false);
});
