import { describe, expect, it } from "vitest";
import {
  consistent,
  isNarrowed,
  NO_FILTERS,
  readFilters,
  readOrdering,
  USUAL_ORDER,
  wantedOf,
  writeSearch,
} from "../../src/library/filters";

describe("filters in the address", () => {
  it("come back as they were written", () => {
    const filters = {
      ...NO_FILTERS,
      q: 'dawn "x" #wren & co',
      state: ["waiting", "failed"] as const,
      status: "draft" as const,
      label: "chant d’oiseau",
      tag: ["a b", "c&d"],
      minDuration: 0,
      maxDuration: 90.5,
      createdFrom: "2026-05-01",
      recordedTo: "2026-05-02",
      trashed: true,
    };
    const ordering = { sort: "name", order: "desc" } as const;
    const search = writeSearch(filters, ordering);
    expect(readFilters(search)).toEqual(filters);
    expect(readOrdering(search)).toEqual(ordering);
  });

  it("leave the address bare where all is as usual", () => {
    expect(writeSearch(NO_FILTERS, USUAL_ORDER)).toBe("");
    expect(writeSearch(NO_FILTERS, { sort: "name", order: "asc" })).toBe("?sort=name");
    expect(readOrdering("?sort=duration")).toEqual({ sort: "duration", order: "desc" });
  });

  it("leave out what makes no sense", () => {
    const search =
      "?state=lost&annotated=cats&min_duration=-1&max_duration=x&created_from=2026-13-01&created_to=today&sort=size&tag=";
    expect(readFilters(search)).toEqual(NO_FILTERS);
    expect(readOrdering(search)).toEqual(USUAL_ORDER);
  });

  it("never exclude each other", () => {
    expect(readFilters("?annotated=none&status=draft")).toMatchObject({ annotated: null, status: "draft" });
    expect(consistent({ ...NO_FILTERS, minDuration: 60, maxDuration: 10 })).toMatchObject({
      minDuration: 10,
      maxDuration: 60,
    });
    expect(readFilters("?recorded_from=2026-05-02&recorded_to=2026-05-01")).toMatchObject({
      recordedFrom: "2026-05-01",
      recordedTo: "2026-05-02",
    });
  });

  it("ask the server for whole days where the reader is, the last one included", () => {
    const wanted = wantedOf({ ...NO_FILTERS, createdFrom: "2026-05-01", createdTo: "2026-05-01" });
    const hours = (Date.parse(wanted.created_to ?? "") - Date.parse(wanted.created_from ?? "")) / 3_600_000;
    expect(hours).toBe(24);
    expect(new Date(wanted.created_from ?? "").getHours()).toBe(0);
  });

  it("ask for nothing that was not given, but for a duration of 0", () => {
    expect(wantedOf(NO_FILTERS)).toEqual({ trashed: false });
    expect(wantedOf({ ...NO_FILTERS, maxDuration: 0 })).toEqual({ max_duration: 0, trashed: false });
  });

  it("narrow, while the trash alone does not", () => {
    expect(isNarrowed({ ...NO_FILTERS, trashed: true })).toBe(false);
    expect(isNarrowed({ ...NO_FILTERS, q: "  " })).toBe(false);
    expect(isNarrowed({ ...NO_FILTERS, tag: ["a"] })).toBe(true);
  });
});
