/** Unsent edits of recordings that are not open: sent in the background, or told where a person has to decide. */
import { signal } from "@preact/signals";
import { AnnotationDocument } from "./AnnotationDocument";
import { type Kept, leftovers } from "./Outbox";

/** Recordings with edits that wait for the person: a conflict, or the server does not take them. */
export const waitingElsewhere = signal<readonly Kept[]>([]);

/** Send what closed tabs left behind, but of the recording that is open, which sends its own. */
export async function sendLeftovers(userId: string, openRecording: string | null): Promise<void> {
  const left = await leftovers(userId).catch(() => []);
  const byAnnotation = new Map(
    left.filter((kept) => kept.recordingId !== openRecording).map((kept) => [kept.annotationId, kept]),
  );
  const stuck: Kept[] = [];
  for (const kept of byAnnotation.values()) {
    if (!(await isSent(kept))) stuck.push(kept);
  }
  waitingElsewhere.value = stuck;
}

async function isSent(kept: Kept): Promise<boolean> {
  const { annotationId, recordingId, recordingName, userId } = kept;
  const made = new AnnotationDocument({ annotationId, recordingId, recordingName, userId });
  await made.open();
  const state = await made.settled();
  made.close();
  return state.kind === "saved";
}
