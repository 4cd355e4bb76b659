/** What the recording is, who looks at it, and what that person may do. */
import { ApiError, ask, GET, POST } from "../../api/client";
import type {
  SchemaAnnotationAnswer,
  SchemaProjectAnswer,
  SchemaRecordingAnswer,
  SchemaUserAnswer,
} from "../../api/schema";
import { newId } from "../model/segments";

export interface Rights {
  readonly annotate: boolean;
  readonly manage: boolean;
}

export interface Subject {
  readonly recording: SchemaRecordingAnswer;
  readonly project: SchemaProjectAnswer;
  readonly user: SchemaUserAnswer;
  readonly rights: Rights;
  /** Names of the project's members by their id. */
  readonly names: ReadonlyMap<string, string>;
}

export async function loadSubject(recordingId: string, user: SchemaUserAnswer): Promise<Subject> {
  const path = { recording_id: recordingId };
  const recording = await ask(GET("/api/v1/recordings/{recording_id}", { params: { path } }));
  const below = { params: { path: { project_id: recording.project_id } } };
  const [project, members] = await Promise.all([
    ask(GET("/api/v1/projects/{project_id}", below)),
    ask(GET("/api/v1/projects/{project_id}/members", below)).then((found) => found.items, noneIfForbidden),
  ]);
  const role = members.find((member) => member.user_id === user.id)?.role;
  const manage = user.is_administrator || role === "admin" || role === "manager";
  const names = new Map(members.map((member) => [member.user_id, member.name]));
  return { recording, project, user, rights: { annotate: manage || role === "annotator", manage }, names };
}

function noneIfForbidden(error: unknown): never[] {
  if (error instanceof ApiError && error.status === 403) return [];
  throw error;
}

/** All annotations of a recording, the oldest first. */
export async function listAnnotations(recordingId: string): Promise<SchemaAnnotationAnswer[]> {
  const found: SchemaAnnotationAnswer[] = [];
  let cursor: string | null = null;
  do {
    const page: { items: SchemaAnnotationAnswer[]; next: string | null } = await ask(
      GET("/api/v1/recordings/{recording_id}/annotations", {
        params: { path: { recording_id: recordingId }, query: { cursor, limit: 200 } },
      }),
    );
    found.push(...page.items);
    cursor = page.next;
  } while (cursor !== null);
  return found;
}

/** Begin an annotation of one's own, once, however often the answer is lost. */
export function beginAnnotation(recordingId: string, copyOf: string | null, key = newId()) {
  return ask(
    POST("/api/v1/recordings/{recording_id}/annotations", {
      params: { path: { recording_id: recordingId }, header: { "Idempotency-Key": key } },
      body: copyOf === null ? {} : { copy_of: copyOf },
    }),
  );
}

/** The annotation of a model that work is best begun with: the latest; without models, one from a file. */
export function bestToBeginWith(
  annotations: readonly SchemaAnnotationAnswer[],
): SchemaAnnotationAnswer | undefined {
  const usable = annotations.filter((one) => one.kind !== "person" && one.segment_count > 0);
  return usable.findLast((one) => one.kind === "model") ?? usable.at(-1);
}

/** The annotation of one's own to go on with: the latest draft, else the latest. */
export function ownOf(
  annotations: readonly SchemaAnnotationAnswer[],
  userId: string,
): SchemaAnnotationAnswer | undefined {
  const own = annotations.filter((one) => one.kind === "person" && one.author_id === userId);
  const latest = [...own].sort((a, b) => (a.updated_at < b.updated_at ? -1 : 1));
  return latest.findLast((one) => one.status === "draft") ?? latest.at(-1);
}
