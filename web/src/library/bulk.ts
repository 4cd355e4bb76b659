/** One thing done with many recordings: those chosen, or all that fit the filter. */
import { ask, GET, POST } from "../api/client";
import type { SchemaBulk, SchemaBulkAction, SchemaReason } from "../api/schema";
import { type Filters, wantedOf } from "./filters";
import { MOST } from "./pages";

export type Target =
  | { readonly kind: "ids"; readonly ids: readonly string[] }
  | { readonly kind: "filter"; readonly filters: Filters };

export interface Outcome {
  readonly matched: number;
  readonly changed: number;
  /** How many get no job, by the reason. */
  readonly left: LeftOut;
}

export type LeftOut = Readonly<Partial<Record<SchemaReason, number>>>;

interface Counted {
  readonly reason: SchemaReason;
  readonly count: number;
}

/** What was left out so far, with what one more answer says. */
export function withLeftOut(left: LeftOut, told: readonly Counted[]): LeftOut {
  const sum: Partial<Record<SchemaReason, number>> = { ...left };
  for (const { reason, count } of told) sum[reason] = (sum[reason] ?? 0) + count;
  return sum;
}

/** Most recordings that one export names. */
export const MOST_EXPORTED = 10_000;

/** Do it, some thousands at a time, until all are done or `stopped` says so; `onStep` is told how far it is. */
export async function bulk(
  projectId: string,
  action: SchemaBulkAction,
  target: Target,
  options: { tags?: string[]; stopped?: () => boolean; onStep?: (outcome: Outcome) => void } = {},
): Promise<Outcome> {
  const params = { path: { project_id: projectId } };
  const meant = target.kind === "ids" ? { ids: [...target.ids] } : { filter: wantedOf(target.filters) };
  let outcome: Outcome = { matched: 0, changed: 0, left: {} };
  let cursor: string | null = null;
  do {
    const body: SchemaBulk = { action, tags: options.tags ?? [], ...meant, ...(cursor ? { cursor } : {}) };
    const answer = await ask(POST("/api/v1/projects/{project_id}/recordings/bulk", { params, body }));
    outcome = {
      matched: outcome.matched + answer.matched,
      changed: outcome.changed + answer.changed,
      left: withLeftOut(outcome.left, answer.left_out),
    };
    options.onStep?.(outcome);
    cursor = answer.next;
  } while (cursor !== null && !options.stopped?.());
  return outcome;
}

/** The recordings that fit, as many as an export takes; `rest` says that there are more. */
export async function idsThatFit(
  projectId: string,
  filters: Filters,
): Promise<{ ids: readonly string[]; rest: boolean }> {
  const path = { project_id: projectId };
  const ids: string[] = [];
  let cursor: string | null = null;
  do {
    const query = { ...wantedOf(filters), limit: MOST, ...(cursor ? { cursor } : {}) };
    const page: { items: { id: string }[]; next: string | null } = await ask(
      GET("/api/v1/projects/{project_id}/recordings", { params: { path, query } }),
    );
    ids.push(...page.items.map(({ id }) => id));
    cursor = page.next;
  } while (cursor !== null && ids.length < MOST_EXPORTED);
  return { ids: ids.slice(0, MOST_EXPORTED), rest: cursor !== null || ids.length > MOST_EXPORTED };
}
