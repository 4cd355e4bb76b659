import { describe, expect, it } from "vitest";
import { language } from "../../src/i18n";
import { actionWords, beginOf, shortDetails } from "../../src/people/audit";
import { makePassword } from "../../src/people/passwords";
import { sortingBy, sortingQuery } from "../../src/people/sorting";
import { endOf, isOver } from "../../src/people/tokens";

describe("passwords that are made up", () => {
  it("are four groups of five letters that cannot be confused", () => {
    expect(makePassword()).toMatch(/^([a-hjkmnp-z2-9]{5}-){3}[a-hjkmnp-z2-9]{5}$/);
    expect(makePassword()).not.toBe(makePassword());
  });

  it("drop bytes that would make some letters likelier", () => {
    let turn = 0;
    const random = (bytes: Uint8Array<ArrayBuffer>) => bytes.fill(turn++ === 0 ? 255 : 1);
    expect(makePassword(random)).toBe("bbbbb-bbbbb-bbbbb-bbbbb");
  });
});

describe("tokens", () => {
  const now = Date.parse("2026-01-01T00:00:00Z");
  it("end after so many days, or never", () => {
    expect(endOf("30", now)).toBe("2026-01-31T00:00:00.000Z");
    expect(endOf("never", now)).toBeNull();
  });
  it("are over at their end", () => {
    expect(isOver("2026-01-01T00:00:00Z", now)).toBe(true);
    expect(isOver("2026-01-01T00:00:01Z", now)).toBe(false);
    expect(isOver(null, now)).toBe(false);
  });
});

describe("the order of people", () => {
  it("stands in the address, but for the usual one", () => {
    expect(sortingBy({})).toEqual({ sort: "login", order: "asc" });
    expect(sortingBy({ sort: "password", order: "x" })).toEqual({ sort: "login", order: "asc" });
    const chosen = { sort: "seen_at", order: "desc" } as const;
    expect(sortingBy(sortingQuery(chosen))).toEqual(chosen);
    expect(sortingQuery({ sort: "login", order: "asc" })).toEqual({ sort: "", order: "" });
  });
});

describe("the audit log", () => {
  it("is asked for whole days of the reader", () => {
    const begin = new Date(2026, 2, 28).toISOString();
    expect(beginOf("2026-03-28")).toBe(begin);
    expect(beginOf("2026-03-28", 1)).toBe(new Date(2026, 2, 29).toISOString());
    expect(beginOf("")).toBeUndefined();
    expect(beginOf("soon")).toBeUndefined();
  });
  it("is told in words, and as it is where words are missing", () => {
    language.value = "en";
    expect(actionWords("user.password_changed")).toBe("Account: password changed");
    expect(actionWords("camera.moved")).toBe("camera.moved");
  });
  it("shows details without identifiers", () => {
    expect(shortDetails({ job_id: "x", segments: 3, name: "a.wav", why: null })).toBe(
      "segments: 3, name: a.wav",
    );
  });
});
