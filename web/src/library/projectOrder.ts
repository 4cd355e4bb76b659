/** The order of projects; the server lists them by name. */
import type { SchemaProjectAnswer } from "../api/schema";

export const PROJECT_SORTS = ["changed", "name", "created"] as const;
export type ProjectSort = (typeof PROJECT_SORTS)[number];

export function isProjectSort(value: string | null): value is ProjectSort {
  return PROJECT_SORTS.some((sort) => sort === value);
}

/** Sorted without changing what was given: what was changed or made last comes first. */
export function ordered(
  projects: readonly SchemaProjectAnswer[],
  sort: ProjectSort,
  language: string,
): readonly SchemaProjectAnswer[] {
  const { compare } = new Intl.Collator(language, { numeric: true, sensitivity: "base" });
  const orders: Record<ProjectSort, (a: SchemaProjectAnswer, b: SchemaProjectAnswer) => number> = {
    name: (a, b) => compare(a.name, b.name),
    changed: (a, b) => Date.parse(b.updated_at) - Date.parse(a.updated_at),
    created: (a, b) => Date.parse(b.created_at) - Date.parse(a.created_at),
  };
  return [...projects].sort((a, b) => orders[sort](a, b) || compare(a.name, b.name));
}
