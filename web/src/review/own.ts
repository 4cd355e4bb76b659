/** One's own annotations, as the review page needs them. */
import { ask, GET, POST } from "../api/client";
import type { paths, SchemaEditedAnswer, SchemaFoundSegmentAnswer, SchemaSegmentAnswer } from "../api/schema";
import { beginAnnotation, listAnnotations, ownOf } from "../editor/document/subject";
import { type Change, requestOf } from "../editor/model/edits";
import { named, newId } from "../editor/model/segments";
import type { Segment } from "../editor/types";

/** An annotation with what it has of some segments. */
export interface Held {
  readonly annotationId: string;
  readonly revision: number;
  readonly segments: ReadonlyMap<string, Segment>;
}

type SegmentQuery = paths["/api/v1/projects/{project_id}/segments"]["get"]["parameters"]["query"];

interface Page {
  revision: number;
  items: SchemaSegmentAnswer[];
  next: string | null;
}

/** Read what an annotation has of some segments; `span` is where they are looked for. */
export async function readHeld(
  annotationId: string,
  ids: ReadonlySet<string>,
  span: { start: number; end: number },
): Promise<Held> {
  const segments = new Map<string, Segment>();
  let revision = 1;
  let cursor: string | null = null;
  do {
    const query = { start: span.start, end: span.end, limit: 10_000, cursor };
    const path = { annotation_id: annotationId };
    // The generated types take pairs apart; on the wire they are the same.
    const page = (await ask(
      GET("/api/v1/annotations/{annotation_id}/segments", { params: { path, query } }),
    )) as Page;
    for (const found of page.items) if (ids.has(found.id)) segments.set(found.id, named(found.id, found));
    [revision, cursor] = [page.revision, page.next];
  } while (cursor !== null);
  return { annotationId, revision, segments };
}

/** The annotation of a recording that this person goes on with; null if there is none yet. */
export async function findOwn(recordingId: string, me: string): Promise<string | null> {
  return ownOf(await listAnnotations(recordingId), me)?.id ?? null;
}

export async function beginOwn(recordingId: string): Promise<Held> {
  const { id, revision } = await beginAnnotation(recordingId, null);
  return { annotationId: id, revision, segments: new Map() };
}

/** Make changes in one annotation, all or none; later revisions of others stay if they touched other segments. */
export async function send(
  annotationId: string,
  revision: number,
  changes: readonly Change[],
): Promise<SchemaEditedAnswer> {
  const edits = changes.map(({ id, before, after }) => requestOf(id, before, after));
  const answer = await ask(
    POST("/api/v1/annotations/{annotation_id}/edits", {
      params: { path: { annotation_id: annotationId }, header: { "Idempotency-Key": newId() } },
      body: { base_revision: revision, merge: true, edits },
    }),
  );
  return answer as SchemaEditedAnswer;
}

interface FoundPage {
  items: SchemaFoundSegmentAnswer[];
  next: string | null;
}

/** One page of the segments of a project. */
export async function findSegments(projectId: string, query: SegmentQuery): Promise<FoundPage> {
  const path = { project_id: projectId };
  const page = await ask(GET("/api/v1/projects/{project_id}/segments", { params: { path, query } }));
  return page as FoundPage;
}

/** Most pages of one's own segments that are read to mark what was decided before. */
const MOST_PAGES = 20;

/** What this person has in a project, by recording and name: what was taken over before. */
export async function readMine(projectId: string, me: string): Promise<Map<string, Segment>> {
  const mine = new Map<string, Segment>();
  let cursor: string | null = null;
  for (let n = 0; n < MOST_PAGES; n++) {
    const query = { kind: ["person" as const], author_id: me, limit: 500, cursor };
    const page = await findSegments(projectId, query);
    for (const { recording_id: recording, segment } of page.items) {
      mine.set(`${recording}/${segment.id}`, named(segment.id, segment));
    }
    cursor = page.next;
    if (cursor === null) break;
  }
  return mine;
}
