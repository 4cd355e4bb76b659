/** What was found in a recording, and who is on it. */
import type { SchemaAnnotationKind, SchemaAnnotationStatus, SchemaRecordingAnswer } from "../api/schema";

export interface Work {
  readonly labels: readonly { readonly name: string; readonly segments: number }[];
  readonly label_count: number;
  readonly annotations: readonly {
    readonly id: string;
    readonly kind: SchemaAnnotationKind;
    readonly source: string;
    readonly author_id: string | null;
    readonly author: string | null;
    readonly status: SchemaAnnotationStatus;
    readonly segment_count: number;
    readonly updated_at: string;
  }[];
}

/** What a list is asked for so that its recordings tell. */
export const withWork: { readonly with_work?: true } = {};

export function workOf(recording: SchemaRecordingAnswer): Work | null {
  return (recording as { work?: Work | null }).work ?? null;
}
