/**
 * Spans that are fully labelled, of one annotation: marked at once on the screen, sent in order.
 *
 * To mark and to unmark come to the same however often they arrive, so that what is not known to have arrived is
 * simply sent again; nothing can clash.
 */
import { signal } from "@preact/signals";
import { ask, POST } from "../../api/client";
import { type AreaEdits, areaEdits, marked, tidyArea, unmarked } from "../model/areas";
import { newId } from "../model/segments";
import type { Area } from "../types";
import { isAlive, tab } from "./alive";
import { verdictOf } from "./remote";
import type { Trouble } from "./saveState";

const PREFIX = "earmark.editor.areas.";
const FIRST_RETRY_MS = 1000;
const LAST_RETRY_MS = 30_000;

/** What is needed of an annotation here. */
interface WithAreas {
  readonly revision?: number;
  readonly areas?: readonly Area[];
}

export type SendAreas = (id: string, edits: AreaEdits) => Promise<WithAreas>;

const send: SendAreas = (id, edits) =>
  ask(
    POST("/api/v1/annotations/{annotation_id}/areas", {
      params: { path: { annotation_id: id } },
      body: edits,
    }),
  );

export function applied(areas: readonly Area[], edits: AreaEdits): Area[] {
  return edits.unmark.reduce(unmarked, edits.mark.reduce(marked, [...areas]));
}

export class AreaDocument {
  readonly areas = signal<readonly Area[]>([]);
  /** Edits that the server does not have yet. */
  readonly waiting = signal(0);
  /** Why the server does not take them. */
  readonly error = signal<unknown>(null);
  /** Why they could not be sent yet, and when they are sent again. */
  readonly trouble = signal<Trouble | null>(null);
  readonly #id: string;
  readonly #key: string;
  #base: readonly Area[] = [];
  #queue: AreaEdits[] = [];
  #running = false;
  #failures = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(
    annotationId: string,
    private readonly post: SendAreas = send,
  ) {
    this.#id = annotationId;
    this.#key = `${PREFIX}${annotationId}.${tab}.${newId()}`;
  }

  /** What the server has. */
  take(header: WithAreas): void {
    this.#base = header.areas ?? [];
    this.#show();
  }

  /** Take over what closed tabs left behind. */
  async claim(): Promise<void> {
    const keys = Object.keys(localStorage).filter((key) => key.startsWith(`${PREFIX}${this.#id}.`));
    for (const key of keys) {
      const of = key.slice(`${PREFIX}${this.#id}.`.length).split(".")[0] ?? "";
      if (key === this.#key || (of !== tab && (await isAlive(of)))) continue;
      this.#queue.push(...(JSON.parse(localStorage.getItem(key) ?? "[]") as AreaEdits[]));
      localStorage.removeItem(key);
    }
    this.#changed();
  }

  /** Mark or unmark a span. Returns what that changed, null where it changed nothing. */
  edit(mark: boolean, area: Area): AreaEdits | null {
    const before = this.areas.peek();
    const after = mark ? marked(before, tidyArea(area)) : unmarked(before, tidyArea(area));
    const edits = areaEdits(before, after);
    if (edits.mark.length + edits.unmark.length === 0) return null;
    this.apply(edits);
    return edits;
  }

  apply(edits: AreaEdits): void {
    this.#queue.push(edits);
    this.#changed();
  }

  retry(): void {
    this.error.value = null;
    this.#failures = 0;
    void this.#send();
  }

  /** Give up what the server does not have. */
  drop(): void {
    this.#queue = [];
    this.error.value = null;
    this.trouble.value = null;
    this.#changed();
  }

  /** Edits that the server does not have, for a file. */
  get unsent(): readonly AreaEdits[] {
    return this.#queue;
  }

  close(): void {
    clearTimeout(this.#timer);
    this.#running = true;
  }

  #show(): void {
    const next = this.#queue.reduce<readonly Area[]>(applied, this.#base);
    if (JSON.stringify(next) !== JSON.stringify(this.areas.peek())) this.areas.value = next;
    this.waiting.value = this.#queue.length;
  }

  #changed(): void {
    try {
      if (this.#queue.length > 0) localStorage.setItem(this.#key, JSON.stringify(this.#queue));
      else localStorage.removeItem(this.#key);
    } catch {
      // Without room they are sent all the same.
    }
    this.#show();
    void this.#send();
  }

  async #send(): Promise<void> {
    const next = this.#queue[0];
    if (this.#running || next === undefined || this.error.peek() !== null) return;
    this.#running = true;
    clearTimeout(this.#timer);
    try {
      this.#base = (await this.post(this.#id, next)).areas ?? applied(this.#base, next);
      this.#queue.shift();
      this.#failures = 0;
      this.trouble.value = null;
      this.#running = false;
      this.#changed();
    } catch (error) {
      this.#running = false;
      if (verdictOf(error) === "later") return this.#later(error);
      this.trouble.value = null;
      this.error.value = error;
    }
  }

  #later(error: unknown): void {
    const delay = Math.min(LAST_RETRY_MS, FIRST_RETRY_MS * 2 ** this.#failures++);
    this.trouble.value = { error, retryAt: Date.now() + delay };
    this.#timer = setTimeout(() => void this.#send(), delay);
  }
}
