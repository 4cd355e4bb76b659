/** What was found in a recording, and who is on it. */
import type { SchemaRecordingAnswer, SchemaWorkAnswer } from "../api/schema";

export type Work = SchemaWorkAnswer;

export function workOf(recording: SchemaRecordingAnswer): Work | null {
  return recording.work ?? null;
}
