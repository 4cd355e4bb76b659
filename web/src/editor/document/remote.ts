/** What an annotation document asks of the server. */
import { ApiError, ask, GET, POST, Unreachable } from "../../api/client";
import type {
  SchemaAnnotationAnswer,
  SchemaChangeAnswer,
  SchemaChangesAnswer,
  SchemaSegmentAnswer,
} from "../../api/schema";
import type { Frozen } from "./Pending";

export interface Page {
  readonly revision: number;
  readonly items: readonly SchemaSegmentAnswer[];
  readonly next: string | null;
}

export interface Window {
  start: number;
  end: number;
}

export interface Remote {
  header(): Promise<SchemaAnnotationAnswer>;
  /** Segments from a cursor on, or those that overlap a window. */
  page(where: { cursor: string | null } | Window): Promise<Page>;
  /** What one revision changed. */
  changes(revision: number): Promise<SchemaChangeAnswer[]>;
  send(request: Frozen): Promise<Sent>;
}

export interface Sent {
  readonly header: SchemaAnnotationAnswer;
  /** Whether others made revisions since the base of the request. */
  readonly others: boolean;
}

/** The generated types take pairs apart; on the wire they are the same. */
type Answer<T> = Promise<{ data?: T; error?: unknown; response: Response }>;

const PAGE = 10_000;
/** An idempotency key goes with at most 1 MiB; a single segment of thousands of words may be larger. */
const MOST_WITH_KEY = 1_000_000;

export function remoteOf(annotationId: string): Remote {
  const path = { annotation_id: annotationId };
  return {
    header: () => ask(GET("/api/v1/annotations/{annotation_id}", { params: { path } })),
    page: (where) =>
      ask(
        GET("/api/v1/annotations/{annotation_id}/segments", {
          params: { path, query: { ...where, limit: PAGE } },
        }) as Answer<Page>,
      ),
    changes: (revision) => allChanges(annotationId, revision),
    send: async ({ key, ...body }) => {
      const keyed = JSON.stringify(body).length < MOST_WITH_KEY;
      const header = keyed ? { "Idempotency-Key": key } : {};
      const answer = await ask(
        POST("/api/v1/annotations/{annotation_id}/edits", {
          params: { path, header },
          body: { ...body, merge: true },
        }),
      );
      return { header: answer.annotation, others: answer.others.length > 0 };
    },
  };
}

async function allChanges(annotationId: string, number: number): Promise<SchemaChangeAnswer[]> {
  const found: SchemaChangeAnswer[] = [];
  let cursor: string | null = null;
  do {
    const page: SchemaChangesAnswer = await ask(
      GET("/api/v1/annotations/{annotation_id}/revisions/{number}", {
        params: { path: { annotation_id: annotationId, number }, query: { cursor, limit: 500 } },
      }) as Answer<SchemaChangesAnswer>,
    );
    found.push(...page.changes);
    cursor = page.next;
  } while (cursor !== null);
  return found;
}

/** What an error means for edits that wait. */
export type Verdict = "later" | "stale" | "again" | "refused";

/** Requests that failed for a reason that goes away: the network, the server, too many at once, signed out. */
export function verdictOf(error: unknown): Verdict {
  if (error instanceof Unreachable || !(error instanceof ApiError)) return "later";
  if (error.status >= 500 || [401, 408, 425, 429].includes(error.status)) return "later";
  if (error.status === 409 && error.code === "stale") return "stale";
  // Also what a server says that was killed in the middle of the request, until it is sent under a new key.
  if (error.status === 409) return "again";
  return "refused";
}
