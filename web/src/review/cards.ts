/** Cards of the review grid: a segment each, whose it is, and what was decided about it. */
import type { SchemaFoundSegmentAnswer } from "../api/schema";
import { isUncertain, named } from "../editor/model/segments";
import type { Segment } from "../editor/types";

export interface Card {
  /** Name on this page: names of segments are unique in their annotation only. */
  readonly key: string;
  readonly annotationId: string;
  readonly recordingId: string;
  readonly recordingName: string;
  readonly duration: number | null;
  /** `mine` is changed where it is; what others and models found is taken over into one's own annotation. */
  readonly whose: "mine" | "others" | "model" | "file";
  /** What made the annotation, as it says itself. */
  readonly source: string;
  readonly revision: number;
  readonly segment: Segment;
}

/** What was decided about a card. */
export interface Verdict {
  readonly said: "accepted" | "rejected" | "changed";
  /** The segment in one's own annotation now; null if there is none. */
  readonly segment: Segment | null;
}

export const keyOf = (annotationId: string, id: string) => `${annotationId}/${id}`;

export function cardOf(found: SchemaFoundSegmentAnswer, me: string): Card {
  const { kind, author_id: author, segment } = found;
  return {
    key: keyOf(found.annotation_id, segment.id),
    annotationId: found.annotation_id,
    recordingId: found.recording_id,
    recordingName: found.recording_name,
    duration: found.recording_duration,
    whose: kind !== "person" ? kind : author === me ? "mine" : "others",
    source: found.source,
    revision: found.revision,
    segment: named(segment.id, segment),
  };
}

/** A source in short: the engines of a model, without the program that ran them. */
export function shortSource(source: string): string {
  return /^earmark [^(]*\((.+)\)$/.exec(source)?.[1] ?? source;
}

/** How many recordings have more than one annotation among cards: each sound of theirs has a card for each. */
export function twinRecordings(cards: readonly Card[]): number {
  const annotations = new Map<string, string>();
  const twins = new Set<string>();
  for (const { recordingId, annotationId } of cards) {
    const known = annotations.get(recordingId) ?? annotationId;
    annotations.set(recordingId, known);
    if (known !== annotationId) twins.add(recordingId);
  }
  return twins.size;
}

/** The segment as it is now: as one has it oneself, else as it was found. */
export function nowOf(card: Card, verdict: Verdict | undefined): Segment {
  return verdict?.segment ?? card.segment;
}

/** What to say about a card whose segment one has oneself. */
export function verdictOn(card: Card, mine: Segment): Verdict {
  const changed = mine.label !== card.segment.label || isUncertain(mine);
  return { said: changed ? "changed" : "accepted", segment: mine };
}

/** Keys from one card to another, both included, in the order of the grid. */
export function between(keys: readonly string[], one: number, other: number): string[] {
  return keys.slice(Math.min(one, other), Math.max(one, other) + 1);
}
