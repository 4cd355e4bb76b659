/**
 * Segments of models that a person does not want to see again, in the store that the editor keeps them in.
 *
 * A sound that is not there has no segment that could carry a tag, and one made up for it would end up in exports and
 * training data: so this is a note of the browser, and nothing of the annotation.
 */
import { database } from "../editor/document/Outbox";
import { keyOf } from "./cards";

/** Keys of the cards of these annotations that were rejected; none where the browser keeps nothing. */
export async function rejectedIn(annotations: readonly string[]): Promise<Set<string>> {
  try {
    const opened = await database();
    const found = await Promise.all(
      annotations.map((id) => opened.getAllKeys("rejected", IDBKeyRange.bound([id, ""], [id, "\uffff"]))),
    );
    return new Set(found.flat().map(([annotation, id]) => keyOf(annotation, id)));
  } catch {
    return new Set();
  }
}

export interface Note {
  readonly annotation: string;
  readonly id: string;
}

/** Remember that segments were rejected, or forget it. */
export async function noteRejected(notes: readonly Note[], rejected: boolean): Promise<void> {
  const changes = (await database()).transaction("rejected", "readwrite");
  for (const note of notes) {
    if (rejected) void changes.store.put(note);
    else void changes.store.delete([note.annotation, note.id]);
  }
  await changes.done;
}
