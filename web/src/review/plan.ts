/** What decisions do to segments. */
import { type Change, changesOf } from "../editor/model/edits";
import { isUncertain, UNCERTAIN, withTag } from "../editor/model/segments";
import type { Segment } from "../editor/types";
import type { Card } from "./cards";

export type Action =
  | { readonly kind: "accept" }
  | { readonly kind: "reject" }
  | { readonly kind: "uncertain"; readonly on: boolean }
  | { readonly kind: "label"; readonly label: string };

/** What a segment is after a decision; null where there shall be none. */
export function decided(action: Action, segment: Segment): Segment | null {
  if (action.kind === "reject") return null;
  if (action.kind === "accept") return withTag(segment, UNCERTAIN, null);
  if (action.kind === "uncertain") return withTag(segment, UNCERTAIN, action.on ? "yes" : null);
  // The score stays, as it does in the editor: it is how sure the model was of what it found.
  return { ...withTag(segment, UNCERTAIN, null), label: action.label };
}

/** Changes that decisions make in one annotation, where `held` is what it has of these segments now. */
export function changesFor(
  action: Action,
  cards: readonly Card[],
  held: ReadonlyMap<string, Segment>,
): Change[] {
  const edits = cards.map(({ segment }) => ({
    id: segment.id,
    after: decided(action, held.get(segment.id) ?? segment),
  }));
  return changesOf(edits, (id) => held.get(id) ?? null);
}

/** The way back. */
export function backOf(changes: readonly Change[]): Change[] {
  return changes.map(({ id, before, after }) => ({ id, before: after, after: before }));
}

/** Marking as uncertain takes the mark away where all have it. */
export function uncertainAction(segments: readonly Segment[]): Action {
  return { kind: "uncertain", on: !segments.every(isUncertain) };
}

export interface Group {
  /** The annotation of one's own that is changed; null where it has to be found or begun first. */
  readonly annotationId: string | null;
  readonly recordingId: string;
  readonly cards: Card[];
}

/** Cards by the annotation that their decisions change: one request each. */
export function groupsOf(cards: readonly Card[]): Group[] {
  const groups = new Map<string, Group>();
  for (const card of cards) {
    const annotationId = card.whose === "mine" ? card.annotationId : null;
    const name = annotationId ?? `of ${card.recordingId}`;
    const group = groups.get(name) ?? { annotationId, recordingId: card.recordingId, cards: [] };
    group.cards.push(card);
    groups.set(name, group);
  }
  return [...groups.values()];
}
