/** What was done to segments, as states before and after; undo is the way back. */
import type { SchemaEditBody } from "../../api/schema";
import type { Segment } from "../types";
import { bodyOf, same } from "./segments";

/** What a segment shall be; null for no segment. */
export interface Edit {
  readonly id: string;
  readonly after: Segment | null;
}

export interface Change extends Edit {
  readonly before: Segment | null;
}

/** Edits on one segment taken together, in the order in which segments were first touched. */
export function squash(edits: readonly Edit[]): Edit[] {
  const last = new Map<string, Edit>();
  for (const edit of edits) last.set(edit.id, edit);
  return [...last.values()];
}

/** What edits change; those that change nothing are left out. */
export function changesOf(edits: readonly Edit[], now: (id: string) => Segment | null): Change[] {
  return squash(edits)
    .map((edit) => ({ ...edit, before: now(edit.id) }))
    .filter((change) => !same(change.before, change.after));
}

/** Two steps as one: from before the first to after the second. */
export function joined(first: readonly Change[], second: readonly Change[]): Change[] {
  const found = new Map(first.map((change) => [change.id, change]));
  for (const change of second) {
    const held = found.get(change.id);
    found.set(change.id, held ? { ...change, before: held.before } : change);
  }
  return [...found.values()].filter((change) => !same(change.before, change.after));
}

/**
 * The edits that take changes back, where others may have changed the same segments since: a field that nobody else
 * touched goes back to what it was, the rest stays. What cannot be taken back is counted in `lost`.
 */
export function takeBack(
  changes: readonly Change[],
  now: (id: string) => Segment | null,
): { edits: Edit[]; lost: number } {
  const edits: Edit[] = [];
  let lost = 0;
  for (const change of changes) {
    const held = now(change.id);
    const back = wayBack(change, held);
    if (back === undefined) lost++;
    else if (!same(back, held)) edits.push({ id: change.id, after: back });
  }
  return { edits, lost };
}

function wayBack({ before, after }: Change, held: Segment | null): Segment | null | undefined {
  if (same(held, after)) return before;
  if (same(held, before)) return before;
  if (held === null || before === null || after === null) return undefined;
  const patched = { ...held };
  let mended = false;
  for (const name of Object.keys({ ...before, ...after }) as (keyof Segment)[]) {
    const mine = JSON.stringify(after[name] ?? null);
    if (mine === JSON.stringify(before[name] ?? null) || mine !== JSON.stringify(held[name] ?? null))
      continue;
    Object.assign(patched, { [name]: before[name] });
    mended = true;
  }
  const sane = patched.end >= patched.start && (patched.high_hz ?? Infinity) >= (patched.low_hz ?? 0);
  return mended && sane ? patched : undefined;
}

/** The edit as the server wants it, made on what the server has. */
export function requestOf(id: string, base: Segment | null, after: Segment | null): SchemaEditBody {
  if (after === null) return { op: "delete", id };
  return { op: base === null ? "add" : "update", id, segment: bodyOf(after) };
}
