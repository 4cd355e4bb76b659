/** Carry decisions out: one request for each annotation, a few at a time, with a report of what did not work. */
import { ApiError } from "../api/client";
import type { Change } from "../editor/model/edits";
import type { Segment } from "../editor/types";
import { type Card, nowOf, type Verdict } from "./cards";
import { beginOwn, findOwn, type Held, readHeld, send } from "./own";
import { type Action, backOf, changesFor, type Group, groupsOf } from "./plan";
import { type Note, noteRejected } from "./rejected";

/** What was done in one annotation. */
export interface Done {
  readonly cards: readonly Card[];
  readonly annotationId: string | null;
  readonly revision: number;
  readonly changes: readonly Change[];
  /** Notes in the browser that were made, or taken away. */
  readonly noted: readonly Note[];
  readonly forgotten: readonly Note[];
  /** What others changed meanwhile and was kept. */
  readonly merged: number;
}

export interface Failure {
  readonly cards: readonly Card[];
  readonly error: unknown;
  /** Where others were quicker: what one's own annotation has of these segments now. */
  readonly fresh: Held | null;
}

export interface Outcome {
  readonly done: Done[];
  readonly failed: Failure[];
}

export interface Context {
  readonly me: string;
  readonly verdicts: ReadonlyMap<string, Verdict>;
  /** Latest known revisions of one's own annotations. */
  readonly revisions: ReadonlyMap<string, number>;
  /** Told after each annotation, with the number of its cards. */
  readonly step: (cards: number) => void;
  readonly stopped: () => boolean;
}

const AT_ONCE = 3;

function spanOf(cards: readonly Card[]) {
  const starts = cards.map(({ segment }) => segment.start);
  const ends = cards.map(({ segment }) => segment.end);
  return { start: Math.min(...starts), end: Math.max(...ends) };
}

/** What the annotation has of these segments: known where they are one's own, else read anew. */
async function heldBy(group: Group, context: Context): Promise<Held | null> {
  const { annotationId, cards } = group;
  const ids = new Set(cards.map(({ segment }) => segment.id));
  if (annotationId === null) {
    const own = await findOwn(group.recordingId, context.me);
    return own === null ? null : readHeld(own, ids, spanOf(cards));
  }
  const segments = new Map<string, Segment>();
  for (const card of cards) {
    const verdict = context.verdicts.get(card.key);
    if (verdict?.said !== "rejected") segments.set(card.segment.id, nowOf(card, verdict));
  }
  const oldest = Math.max(...cards.map((card) => card.revision));
  return { annotationId, revision: context.revisions.get(annotationId) ?? oldest, segments };
}

const isStale = (error: unknown) =>
  error instanceof ApiError && error.status === 409 && error.code === "stale";

/** Others touched the same segments since: decide once more on what they are now. */
async function sendOrRetry(held: Held, group: Group, action: Action) {
  const changes = changesFor(action, group.cards, held.segments);
  if (changes.length === 0) return { answer: null, changes };
  try {
    return { answer: await send(held.annotationId, held.revision, changes), changes };
  } catch (error) {
    if (!isStale(error) || group.annotationId !== null) throw error;
    const ids = new Set(group.cards.map(({ segment }) => segment.id));
    const fresh = await readHeld(held.annotationId, ids, spanOf(group.cards));
    const again = changesFor(action, group.cards, fresh.segments);
    if (again.length === 0) return { answer: null, changes: again };
    return { answer: await send(held.annotationId, fresh.revision, again), changes: again };
  }
}

/** One decides on what one sees: where that was changed by others, it is read again and shown before a new try. */
async function seenAnew({ annotationId, cards }: Group, error: unknown): Promise<Held | null> {
  if (annotationId === null || !isStale(error)) return null;
  const ids = new Set(cards.map(({ segment }) => segment.id));
  return readHeld(annotationId, ids, spanOf(cards)).catch(() => null);
}

async function carryOut(group: Group, action: Action, context: Context): Promise<Done> {
  const { cards } = group;
  const foreign = group.annotationId === null;
  const notes = foreign ? cards.map((card) => ({ annotation: card.annotationId, id: card.segment.id })) : [];
  const rejects = action.kind === "reject";
  let held = await heldBy(group, context);
  // To reject what one never had, no annotation has to be begun.
  if (held === null && !rejects) held = await beginOwn(group.recordingId);
  const { answer, changes } = held ? await sendOrRetry(held, group, action) : { answer: null, changes: [] };
  if (notes.length > 0) await noteRejected(notes, rejects);
  return {
    cards,
    annotationId: held?.annotationId ?? null,
    revision: answer?.annotation.revision ?? held?.revision ?? 0,
    changes,
    noted: rejects ? notes : [],
    forgotten: rejects ? [] : notes.filter((note) => wasRejected(note, cards, context)),
    merged: answer?.others.length ?? 0,
  };
}

function wasRejected(note: Note, cards: readonly Card[], { verdicts }: Context): boolean {
  const card = cards.find(({ segment }) => segment.id === note.id);
  return card !== undefined && verdicts.get(card.key)?.said === "rejected";
}

async function inTurns<T>(
  waiting: T[],
  work: (one: T) => Promise<void>,
  stopped: () => boolean,
): Promise<void> {
  const run = async () => {
    for (let one = waiting.shift(); one !== undefined; one = waiting.shift()) {
      if (stopped()) return;
      await work(one);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, run));
}

export async function decide(cards: readonly Card[], action: Action, context: Context): Promise<Outcome> {
  const outcome: Outcome = { done: [], failed: [] };
  const work = async (group: Group) => {
    try {
      outcome.done.push(await carryOut(group, action, context));
    } catch (error) {
      outcome.failed.push({ cards: group.cards, error, fresh: await seenAnew(group, error) });
    }
    context.step(group.cards.length);
  };
  await inTurns(groupsOf(cards), work, context.stopped);
  return outcome;
}

/** Take decisions back: the way back is an edit like any other, so what others changed since stays. */
export async function takeBack(
  done: readonly Done[],
  revisions: ReadonlyMap<string, number>,
): Promise<Outcome> {
  const outcome: Outcome = { done: [], failed: [] };
  const work = async (one: Done) => {
    try {
      const changes = backOf(one.changes);
      const { annotationId } = one;
      let revision = one.revision;
      if (annotationId !== null && changes.length > 0) {
        const base = revisions.get(annotationId) ?? one.revision;
        revision = (await send(annotationId, base, changes)).annotation.revision;
      }
      if (one.noted.length > 0) await noteRejected(one.noted, false);
      if (one.forgotten.length > 0) await noteRejected(one.forgotten, true);
      outcome.done.push({ ...one, changes, revision, noted: one.forgotten, forgotten: one.noted });
    } catch (error) {
      outcome.failed.push({ cards: one.cards, error, fresh: null });
    }
  };
  await inTurns([...done], work, () => false);
  return outcome;
}
