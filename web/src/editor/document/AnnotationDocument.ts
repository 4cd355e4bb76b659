/** One annotation that is open: seen, edited, undone, and saved by itself. */
import { effect, type ReadonlySignal, signal, untracked } from "@preact/signals";
import type { SchemaAnnotationAnswer } from "../../api/schema";
import type { AreaEdits } from "../model/areas";
import { type Change, changesOf, type Edit, takeBack } from "../model/edits";
import type { Area, SegmentSource } from "../types";
import { AreaDocument } from "./AreaDocument";
import { type Disk, Keeper } from "./Keeper";
import { type About, Outbox } from "./Outbox";
import type { Chain, Choice } from "./Pending";
import { type Remote, remoteOf, type Window } from "./remote";
import { SegmentStore } from "./SegmentStore";
import { Refused, Sync } from "./Sync";
import { type SaveState, stateOf, type Trouble } from "./saveState";
import { UndoStack } from "./UndoStack";

/** Edits wait this long for more, and never longer than `LATEST_MS` altogether. */
const QUIET_MS = 400;
const LATEST_MS = 900;
const FIRST_RETRY_MS = 1000;
const LAST_RETRY_MS = 30_000;
const CLAIM_AGAIN_MS = 3000;

export interface ApplyOptions {
  /** What the step is called where it can be undone. */
  label: string;
  /** Steps of one movement have the same. */
  group?: string;
}

export interface DocumentOptions {
  remote?: Remote;
  outbox?: Disk;
  areas?: AreaDocument;
  /** Shown first, before the rest is there. */
  window?: Window | null;
}

export class AnnotationDocument {
  readonly id: string;
  readonly header = signal<SchemaAnnotationAnswer | null>(null);
  readonly loaded = signal(false);
  readonly #state = signal<SaveState>({ kind: "loading" });
  /** Grows when steps can be undone or redone that could not before. */
  readonly steps = signal(0);
  readonly #store = new SegmentStore();
  readonly #sync: Sync;
  readonly #undo = new UndoStack();
  /** Spans that are fully labelled. */
  readonly areas: AreaDocument;
  readonly #keeper: Keeper;

  readonly #leave = ({ type }: Event) => this.#keeper.stash(type === "pagehide");
  #claimAgain: ReturnType<typeof setTimeout> | undefined;
  readonly #stop: () => void;
  #running = false;
  #closed = false;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #sendAt = 0;
  #sendLatest = 0;
  #failures = 0;
  #refused: unknown = null;
  #trouble: Trouble | null = null;

  constructor(about: About, options: DocumentOptions = {}) {
    this.id = about.annotationId;
    this.areas = options.areas ?? new AreaDocument(about.annotationId);
    const remote = options.remote ?? remoteOf(about.annotationId);
    this.#sync = new Sync(this.#store, remote, (ids) => this.#keeper.keep(ids), options.window ?? null);
    this.#stop = effect(() => {
      void this.areas.waiting.value;
      void this.areas.error.value;
      void this.areas.trouble.value;
      untracked(() => this.#tell());
    });
    this.#keeper = new Keeper(options.outbox ?? new Outbox(about), this.#sync.pending.chains);
  }

  get segments(): SegmentSource & Pick<SegmentStore, "all"> {
    return this.#store;
  }

  get state(): ReadonlySignal<SaveState> {
    return this.#state;
  }

  /** Segments that others changed too, as `conflict` of `state` counts them. */
  get conflicts(): Chain[] {
    return this.#sync.pending.conflicts;
  }

  get undoable(): string | null {
    return this.#undo.undoable?.label ?? null;
  }

  get redoable(): string | null {
    return this.#undo.redoable?.label ?? null;
  }

  get revision(): number {
    return this.#sync.revision;
  }

  /** Edits that the server does not have, for a file. */
  get unsent(): { readonly chains: Chain[]; readonly areas: readonly AreaEdits[] } {
    return { chains: [...this.#sync.pending.chains.values()], areas: this.areas.unsent };
  }

  /** Take over what closed tabs left behind, then load. */
  async open(): Promise<void> {
    addEventListener("pagehide", this.#leave);
    addEventListener("pageshow", this.#leave);
    await this.#claim();
    void this.areas.claim();
    // The browser may still be closing the page that was here before a reload.
    this.#claimAgain = setTimeout(() => void this.#claim().then(() => this.poke()), CLAIM_AGAIN_MS);
    this.poke();
  }

  async #claim(): Promise<void> {
    const { pending } = this.#sync;
    const claimed = (await this.#keeper.claim()).filter(({ id }) => !pending.chains.has(id));
    for (const chain of claimed) pending.restore(chain);
    // What was changed here since stands over what was taken over.
    this.#keeper.keep([...pending.chains.keys()]);
    this.#store.update(claimed.map(({ id, mine }) => [id, mine] as const));
    if (claimed.length > 0) this.#tell();
  }

  close(): void {
    removeEventListener("pagehide", this.#leave);
    removeEventListener("pageshow", this.#leave);
    clearTimeout(this.#claimAgain);
    this.#stop();
    this.areas.close();
    this.#closed = true;
    clearTimeout(this.#timer);
    this.#keeper.close();
  }

  // What a person does --------------------------------------------------------------------------------------------------

  /** Make edits as one step. Returns what they changed. */
  apply(edits: readonly Edit[], { label, group }: ApplyOptions): Change[] {
    const changes = changesOf(edits, (id) => this.#store.get(id) ?? null);
    if (changes.length === 0) return changes;
    this.#undo.push({ label, group, changes, at: Date.now() });
    this.#make(changes);
    return changes;
  }

  /** Mark a span as fully labelled, or unmark it, as one step. */
  markArea(mark: boolean, area: Area, label: string): void {
    const edits = this.areas.edit(mark, area);
    if (edits === null) return;
    this.#undo.push({ label, changes: [], areas: edits, at: Date.now() });
    this.steps.value++;
  }

  /** Take the latest step back. Returns how many of its changes could not be, since others went on from them. */
  undo(): number {
    const step = this.#undo.undo();
    if (step?.areas) this.areas.apply({ mark: step.areas.unmark, unmark: step.areas.mark });
    return this.#again(step?.changes ?? []);
  }

  redo(): number {
    const step = this.#undo.redo();
    if (step?.areas) this.areas.apply(step.areas);
    return this.#again(
      (step?.changes ?? []).map(({ id, before, after }) => ({ id, before: after, after: before })),
    );
  }

  #again(changes: readonly Change[]): number {
    const { edits, lost } = takeBack(changes, (id) => this.#store.get(id) ?? null);
    if (edits.length > 0) this.#make(edits);
    this.steps.value++;
    return lost;
  }

  #make(edits: readonly Edit[]): void {
    this.#sync.edit(edits);
    this.#refused = null;
    this.steps.value++;
    const now = Date.now();
    this.#sendAt = now + QUIET_MS;
    if (this.#sendLatest <= now) this.#sendLatest = now + LATEST_MS;
    this.#tell();
    this.poke();
  }

  resolve(choices: ReadonlyMap<string, Choice>): void {
    this.#sync.resolve(choices);
    this.#tell();
    this.poke();
  }

  /** Give up what the server does not have. */
  drop(): void {
    this.#sync.drop();
    this.areas.drop();
    this.#undo.clear();
    this.steps.value++;
    this.retry();
  }

  /** Try again now what failed. */
  retry(): void {
    this.#refused = null;
    this.#failures = 0;
    clearTimeout(this.#timer);
    this.areas.retry();
    this.poke();
  }

  // What happens elsewhere -----------------------------------------------------------------------------------------------

  /** Others, or this person elsewhere, made a revision. */
  hear(revision: number): void {
    if (revision <= this.#sync.revision) return;
    this.#sync.hear(revision);
    this.poke();
  }

  /** The status is another, or the connection was away. */
  refresh(): void {
    this.#sync.doubt();
    this.retry();
  }

  /** Whether closing the page now could lose or delay something. */
  get isAtRisk(): boolean {
    return this.#keeper.isWriting || this.#sync.pending.size > 0 || this.areas.waiting.peek() > 0;
  }

  /** Until all that can be done is done; for those who wait. */
  async settled(): Promise<SaveState> {
    while (this.#running || this.#state.value.kind === "loading" || this.#state.value.kind === "saving") {
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    return this.#state.value;
  }

  // Saving ----------------------------------------------------------------------------------------------------------------

  /** Look whether there is something to do. */
  poke(): void {
    if (this.#running || this.#closed) return;
    clearTimeout(this.#timer);
    this.#running = true;
    void this.#run().finally(() => {
      this.#running = false;
      this.#tell();
      this.#plan();
    });
  }

  async #run(): Promise<void> {
    try {
      while (!this.#closed) {
        await this.#keeper.stored;
        const outcome = await this.#sync.step(this.#maySend());
        this.#failures = 0;
        this.#trouble = null;
        this.#tell();
        if (outcome !== "again") return;
      }
    } catch (error) {
      if (error instanceof Refused) this.#refused = error.cause;
      else this.#fail(error);
    }
  }

  #maySend(): boolean {
    if (this.#refused !== null) return false;
    return Date.now() >= Math.min(this.#sendAt, this.#sendLatest);
  }

  #fail(error: unknown): void {
    const delay = Math.min(LAST_RETRY_MS, FIRST_RETRY_MS * 2 ** this.#failures++);
    // Pages that lost the server together do not come back together.
    this.#trouble = { error, retryAt: Date.now() + delay * (0.75 + Math.random() / 2) };
  }

  /** When to look again. */
  #plan(): void {
    if (this.#closed) return;
    const { pending } = this.#sync;
    const next = this.#trouble?.retryAt ?? Math.min(this.#sendAt, this.#sendLatest);
    const due = this.#trouble !== null || (pending.ready && this.#refused === null);
    if (due) this.#timer = setTimeout(() => this.poke(), Math.max(20, next - Date.now()));
  }

  #tell(): void {
    const { header, loaded } = this.#sync;
    if (header && header !== this.header.peek()) {
      this.header.value = header;
      this.areas.take(header);
    }
    if (loaded && !this.loaded.peek()) this.loaded.value = true;
    const next = this.#stateNow();
    if (JSON.stringify(next) !== JSON.stringify(this.#state.peek())) this.#state.value = next;
  }

  #stateNow(): SaveState {
    const { pending, loaded, revision } = this.#sync;
    return stateOf({
      edits: pending.size,
      conflicts: pending.conflicts.length,
      areas: this.areas.waiting.peek(),
      trouble: this.#trouble ?? this.areas.trouble.peek(),
      isLoading: !loaded && revision === 0,
      refused: pending.size > 0 ? this.#refused : null,
      areasRefused: this.areas.error.peek(),
    });
  }
}
