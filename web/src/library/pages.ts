/** The pages of a list that are loaded, kept so that Back finds them again. Pure but for the memory of `kept`. */
import type { SchemaRecordingAnswer, SchemaRecordingPage } from "../api/schema";

export interface Pages {
  readonly rows: readonly SchemaRecordingAnswer[];
  readonly next: string | null;
  readonly count: number | null;
  readonly countIsMore: boolean;
}

export const PAGE = 50;
/** Most that the server gives at once. */
export const MOST = 500;

export function firstOf(page: SchemaRecordingPage): Pages {
  return {
    rows: page.items,
    next: page.next,
    count: page.count ?? null,
    countIsMore: page.count_is_more ?? false,
  };
}

/** Add the next page; rows that moved meanwhile are shown once. */
export function withMore(pages: Pages, page: SchemaRecordingPage): Pages {
  const there = new Set(pages.rows.map((row) => row.id));
  return {
    ...pages,
    rows: [...pages.rows, ...page.items.filter((row) => !there.has(row.id))],
    next: page.next,
  };
}

/** Take over the beginning of the list as it is now; what was loaded beyond it stays. */
export function renewed(pages: Pages, page: SchemaRecordingPage): Pages {
  const fresh = firstOf(page);
  if (pages.rows.length <= page.items.length || page.next === null) return fresh;
  const there = new Set(page.items.map((row) => row.id));
  const beyond = pages.rows.slice(page.items.length).filter((row) => !there.has(row.id));
  return { ...fresh, rows: [...fresh.rows, ...beyond], next: beyond.length > 0 ? pages.next : page.next };
}

/** How many to ask for so that what is shown is renewed: whole pages, no more than the server gives. */
export function sizeToRenew(shown: number): number {
  return Math.min(Math.max(Math.ceil(shown / PAGE), 1) * PAGE, MOST);
}

const MOST_KEPT = 8;
const kept = new Map<string, Pages>();

export function keep(key: string, pages: Pages): void {
  kept.delete(key);
  kept.set(key, pages);
  const oldest = kept.keys().next();
  if (kept.size > MOST_KEPT && !oldest.done) kept.delete(oldest.value);
}

export function keptOf(key: string): Pages | null {
  return kept.get(key) ?? null;
}
