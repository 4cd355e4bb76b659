/** A server of one annotation in memory, with the rules of the real one: for tests. */
import { ApiError, Unreachable } from "../../../src/api/client";
import type { SchemaAnnotationAnswer, SchemaChangeAnswer, SchemaPlainSegment } from "../../../src/api/schema";
import type { Frozen } from "../../../src/editor/document/Pending";
import type { Page, Remote, Sent } from "../../../src/editor/document/remote";
import { same } from "../../../src/editor/model/segments";

type State = SchemaPlainSegment | null;

export function problem(status: number, code: string, more: object = {}): ApiError {
  return new ApiError({ type: "", title: code, status, code, detail: code, request_id: "", ...more });
}

export class Server {
  readonly segments = new Map<string, SchemaPlainSegment>();
  readonly revisions: SchemaChangeAnswer[][] = [[]];
  readonly answers = new Map<string, { revision: number; others: boolean }>();
  status: SchemaAnnotationAnswer["status"] = "draft";
  /** Every state that was ever sent and taken. */
  readonly taken: string[] = [];
  pageSize = 3;

  get revision(): number {
    return this.revisions.length;
  }

  get header(): SchemaAnnotationAnswer {
    const { revision, status } = this;
    const fixed = { id: "a", recording_id: "r", project_id: "p", kind: "person" as const, source: "Ann" };
    const rest = {
      author_id: "u",
      model_id: null,
      segment_count: this.segments.size,
      language: null,
      notes: [],
    };
    const times = { areas: [], job_id: null, created_at: "", updated_at: "", deleted_at: null };
    return { ...fixed, ...rest, ...times, revision, status };
  }

  commit(edits: readonly { id: string; after: State }[]): void {
    const changes: SchemaChangeAnswer[] = [];
    for (const { id, after } of edits) {
      const before = this.segments.get(id) ?? null;
      if (same(before, after)) continue;
      changes.push({ id, before, after });
      if (after) this.segments.set(id, after);
      else this.segments.delete(id);
    }
    if (changes.length > 0) this.revisions.push(changes);
  }

  take({ key, base_revision, edits }: Frozen): { revision: number; others: boolean } {
    const kept = this.answers.get(key);
    if (kept) return kept;
    if (this.status !== "draft") throw problem(409, "conflict");
    const since = this.revisions.slice(base_revision).flat();
    const touched = new Set(since.map((change) => change.id));
    if (edits.some((edit) => touched.has(edit.id))) throw problem(409, "stale", { current: this.revision });
    for (const edit of edits) {
      if (this.segments.has(edit.id) !== (edit.op !== "add")) throw problem(422, "invalid_value");
    }
    this.commit(edits.map((edit) => ({ id: edit.id, after: edit.segment ?? null })));
    for (const edit of edits) this.taken.push(`${edit.id}:${edit.segment?.label ?? ""}`);
    const answer = { revision: this.revision, others: since.length > 0 };
    this.answers.set(key, answer);
    return answer;
  }

  page(cursor: string | null): Page {
    const all = [...this.segments]
      .map(([id, segment]) => ({ id, revision: 1, ...segment }))
      .sort((a, b) => a.start - b.start || (a.id < b.id ? -1 : 1));
    const after = cursor === null ? all : all.filter((one) => `${pad(one.start)}/${one.id}` > cursor);
    const items = after.slice(0, this.pageSize);
    const last = items.at(-1);
    const more = after.length > items.length && last;
    return { revision: this.revision, items, next: more ? `${pad(last.start)}/${last.id}` : null };
  }
}

const pad = (time: number) => time.toFixed(3).padStart(12, "0");

/** How a connection to the server fails: before it hears, or after it did what it was asked. */
export type Weather = () => "good" | "unheard" | "unanswered";

export function remoteTo(server: Server, weather: Weather = () => "good"): Remote {
  const over = async <T>(ask: () => T): Promise<T> => {
    const now = weather();
    if (now === "unheard") throw new Unreachable("no way there");
    let answer: T;
    try {
      answer = structuredClone(ask());
    } catch (error) {
      if (now === "unanswered") throw new Unreachable("no way back");
      throw error;
    }
    if (now === "unanswered") throw new Unreachable("no way back");
    return answer;
  };
  return {
    header: () => over(() => server.header),
    page: (where) => over(() => server.page("cursor" in where ? where.cursor : null)),
    changes: (revision) => over(() => server.revisions[revision - 1] ?? []),
    send: (request) =>
      over<Sent>(() => {
        const { revision, others } = server.take(structuredClone(request));
        return { header: { ...server.header, revision }, others };
      }),
  };
}
