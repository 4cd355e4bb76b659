/**
 * One annotation here and on the server, brought together step by step.
 *
 * One lane: only one request is under way at a time, in the order load, resend, catch up with others, send. Each step
 * leaves everything whole, so that a step that failed is simply taken again. Nothing here knows of clocks or pages.
 */
import { ApiError } from "../../api/client";
import type { SchemaAnnotationAnswer } from "../../api/schema";
import { named, newId } from "../model/segments";
import type { Segment } from "../types";
import { type Choice, Pending } from "./Pending";
import { type Remote, verdictOf, type Window } from "./remote";
import type { SegmentStore } from "./SegmentStore";

/** More revisions than this behind, everything is read anew. */
const FAR_BEHIND = 40;

/** The server does not take the edits, and will not by itself. */
export class Refused extends Error {
  override readonly name = "Refused";
  override readonly cause: unknown;
  constructor(cause: unknown) {
    super(cause instanceof Error ? cause.message : String(cause));
    this.cause = cause;
  }
}

export type Outcome = "idle" | "again" | "held";

interface Loading {
  window: Window | null;
  cursor: string | null;
  readonly seen: Set<string>;
  begun: boolean;
}

export class Sync {
  readonly pending = new Pending();
  /** The latest revision that all of `store` and of the bases in `pending` has. */
  revision = 0;
  header: SchemaAnnotationAnswer | null = null;

  /** The latest revision that there is; null: ask. */
  #target: number | null = 0;
  #loading: Loading | null;

  constructor(
    readonly store: SegmentStore,
    private readonly remote: Remote,
    /** Told of segments whose unsent state is another now. */
    private readonly touched: (ids: readonly string[]) => void,
    window: Window | null = null,
  ) {
    this.#loading = { window, cursor: null, seen: new Set(), begun: false };
  }

  get loaded(): boolean {
    return this.#loading === null;
  }

  get seen(): number {
    return this.#loading?.seen.size ?? this.store.size;
  }

  /** Somebody made a revision. */
  hear(revision: number): void {
    if (this.#target !== null) this.#target = Math.max(this.#target, revision);
  }

  /** The connection was away for a while: what happened meanwhile is unknown. */
  doubt(): void {
    this.#target = null;
  }

  edit(edits: readonly { id: string; after: Segment | null }[]): void {
    for (const { id, after } of edits) this.pending.edit(id, after, this.store.get(id) ?? null);
    this.store.update(edits.map(({ id, after }) => [id, after] as const));
    this.touched(edits.map((edit) => edit.id));
  }

  resolve(choices: ReadonlyMap<string, Choice>): void {
    this.store.update([...choices].map(([id, choice]) => [id, this.pending.resolve(id, choice)] as const));
    this.touched([...choices.keys()]);
  }

  /** Give up all that the server does not have. */
  drop(): void {
    const bases = this.pending.clear();
    this.store.update(bases);
    this.touched([...bases.keys()]);
    this.doubt();
  }

  /** Do the next thing. `held`: edits wait, and may not be sent yet. */
  async step(maySend: boolean): Promise<Outcome> {
    if (this.#loading) return this.#load(this.#loading);
    if (this.pending.frozen) return this.#send();
    if (this.#target === null) return this.#ask();
    if (this.#target > this.revision) return this.#catchUp(this.#target);
    this.touched(this.pending.caughtUp());
    if (!this.pending.ready) return "idle";
    if (!maySend) return "held";
    const frozen = this.pending.freeze(newId(), this.revision);
    this.touched(frozen?.edits.map((edit) => edit.id) ?? []);
    return "again";
  }

  async #load(loading: Loading): Promise<Outcome> {
    this.header ??= await this.remote.header();
    const { window, cursor } = loading;
    const page = await this.remote.page(window ?? { cursor });
    if (!loading.begun) this.revision = page.revision;
    loading.begun = true;
    this.hear(page.revision);
    for (const item of page.items) loading.seen.add(item.id);
    this.#show(page.items.map((item) => [item.id, item] as const));
    if (window) loading.window = null;
    else loading.cursor = page.next;
    if (!window && page.next === null) this.#finish(loading.seen);
    return "again";
  }

  /** What was not there is gone. */
  #finish(seen: ReadonlySet<string>): void {
    const chains = [...this.pending.chains.keys()];
    const shown = this.store.all.map((segment) => segment.id);
    const gone = [...new Set([...chains, ...shown])].filter((id) => !seen.has(id));
    this.#show(gone.map((id) => [id, null] as const));
    this.#loading = null;
  }

  /** Take over what the server has, under what the person wants. */
  #show(states: readonly (readonly [string, Segment | null])[]): void {
    const changed = this.pending.size > 0 ? states.filter(([id]) => this.pending.chains.has(id)) : [];
    this.store.update(states.map(([id, state]) => [id, this.pending.rebase(id, state)] as const));
    this.touched(changed.map(([id]) => id));
  }

  async #ask(): Promise<Outcome> {
    this.header = await this.remote.header();
    this.#target = this.header.revision;
    return "again";
  }

  async #catchUp(target: number): Promise<Outcome> {
    if (target - this.revision > FAR_BEHIND) {
      this.#loading = { window: null, cursor: null, seen: new Set(), begun: false };
      return "again";
    }
    const next = this.revision + 1;
    const changes = await this.remote.changes(next);
    this.#show(changes.map(({ id, after }) => [id, after === null ? null : named(id, after)] as const));
    this.revision = next;
    if (this.header) this.header = { ...this.header, revision: Math.max(next, this.header.revision) };
    return "again";
  }

  async #send(): Promise<Outcome> {
    const frozen = this.pending.frozen;
    if (frozen === null) return "again";
    try {
      const { header, others } = await this.remote.send(frozen);
      this.touched(this.pending.accepted());
      this.header = header;
      // Revisions of others in between are fetched; one that is only ours is known.
      if (!others && header.revision === this.revision + 1) this.revision = header.revision;
      this.hear(header.revision);
      return "again";
    } catch (error) {
      return this.#failed(error);
    }
  }

  async #failed(error: unknown): Promise<Outcome> {
    const verdict = verdictOf(error);
    if (verdict === "later") throw error;
    const current = error instanceof ApiError ? error.problem.current : null;
    this.#thaw();
    if (verdict === "stale" && typeof current === "number") this.#target = current;
    if (verdict === "stale") return "again";
    if (verdict === "again" && (await this.#isOpen())) throw error;
    throw new Refused(error);
  }

  #thaw(): void {
    const sent = this.pending.frozen?.edits.map((edit) => edit.id) ?? [];
    this.pending.thaw();
    this.touched(sent);
    this.doubt();
  }

  /** Whether the annotation takes edits at all: then a conflict was one of sending twice. */
  async #isOpen(): Promise<boolean> {
    this.header = await this.remote.header();
    this.#target = this.header.revision;
    return this.header.status === "draft" && this.header.deleted_at === null;
  }
}
