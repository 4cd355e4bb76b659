/** In which order people are shown, as the address says it. */
import type { Sorting } from "../ui";

export const SORTS = ["login", "name", "created_at", "seen_at"] as const;

export interface PeopleSorting extends Sorting {
  readonly sort: (typeof SORTS)[number];
}

export function sortingBy(query: Readonly<Record<string, string>>): PeopleSorting {
  const sort = SORTS.find((one) => one === query.sort) ?? "login";
  return { sort, order: query.order === "desc" ? "desc" : "asc" };
}

/** The same in the words of the address, where the usual order is left out. */
export function sortingQuery({ sort, order }: Sorting): Readonly<Record<string, string>> {
  return { sort: sort === "login" ? "" : sort, order: order === "asc" ? "" : order };
}
