/** The state of the review page: which cards there are, which are chosen, what was decided, and the way back. */
import { batch, computed, type Signal, signal } from "@preact/signals";
import type { Segment } from "../editor/types";
import { between, type Card, cardOf, keyOf, twinRecordings, type Verdict, verdictOn } from "./cards";
import { type Context, type Done, decide, type Failure, type Outcome, takeBack } from "./decide";
import { findSegments, type Held, readMine } from "./own";
import type { Action } from "./plan";
import { isNarrowed, requestFor, type Wanted } from "./query";
import { rejectedIn } from "./rejected";
import { noteSources } from "./sources";

const PAGE = 200;
/** Pages that are read in a row when all on them was decided on before. */
const IN_A_ROW = 10;

/** One decision or its way back: what was done, and what cards said before it. */
interface Step {
  readonly done: readonly Done[];
  readonly before: ReadonlyMap<string, Verdict | undefined>;
}

export class ReviewStore {
  readonly cards = signal<readonly Card[]>([]);
  readonly next = signal<string | null>(null);
  readonly loading = signal(true);
  readonly error = signal<unknown>(null);
  /** Cards that were left out because they were decided on before. */
  readonly left = signal(0);
  readonly current = signal(0);
  readonly selected = signal<ReadonlySet<string>>(new Set());
  readonly verdicts = signal<ReadonlyMap<string, Verdict>>(new Map());
  readonly progress = signal<{ done: number; total: number } | null>(null);
  readonly failures = signal<readonly Failure[]>([]);
  readonly canUndo = computed(() => this.past.value.length > 0);
  readonly canRedo = computed(() => this.future.value.length > 0);
  /** Recordings of which several annotations are shown: their sounds have a card for each. */
  readonly twins = computed(() => twinRecordings(this.cards.value));
  readonly keys = computed(() => this.cards.value.map((card) => card.key));

  private readonly past = signal<readonly Step[]>([]);
  private readonly future = signal<readonly Step[]>([]);
  private readonly revisions = new Map<string, number>();
  private mine: Promise<Map<string, Segment>> | null = null;
  private anchor = 0;
  /** What was chosen before a range was begun. */
  private base: ReadonlySet<string> = new Set();
  private stopping = false;
  private gone = false;

  constructor(
    private readonly projectId: string,
    private readonly me: string,
    private readonly wanted: Wanted,
  ) {}

  get narrowed(): boolean {
    return isNarrowed(this.wanted);
  }

  close(): void {
    this.gone = true;
  }

  // Cards -------------------------------------------------------------------------------------------------------------

  async more(): Promise<void> {
    if (this.loading.value && this.cards.value.length > 0) return;
    this.loading.value = true;
    this.error.value = null;
    try {
      let cursor = this.next.value;
      for (let n = 0; n < IN_A_ROW; n++) {
        const added = await this.page(cursor);
        cursor = this.next.value;
        if (this.gone || added > 0 || cursor === null) break;
      }
    } catch (error) {
      if (!this.gone) this.error.value = error;
    }
    this.loading.value = false;
  }

  private async page(cursor: string | null): Promise<number> {
    const query = { ...requestFor(this.wanted, this.me), cursor, limit: PAGE };
    this.mine ??= readMine(this.projectId, this.me);
    const [page, mine] = await Promise.all([findSegments(this.projectId, query), this.mine]);
    const cards = page.items.map((found) => cardOf(found, this.me));
    const decided = await this.decidedBefore(cards, mine);
    if (this.gone) return 0;
    const shown = this.wanted.judged ? cards : cards.filter((card) => !decided.has(card.key));
    batch(() => {
      this.verdicts.value = new Map([...this.verdicts.value, ...decided]);
      this.left.value += cards.length - shown.length;
      this.cards.value = [...this.cards.value, ...shown];
      noteSources(this.projectId, cards);
      this.next.value = page.next;
    });
    return shown.length;
  }

  /** What this person decided in earlier visits, or in the editor. */
  private async decidedBefore(cards: readonly Card[], mine: ReadonlyMap<string, Segment>) {
    const foreign = cards.filter((card) => card.whose !== "mine");
    const rejected = await rejectedIn([...new Set(foreign.map((card) => card.annotationId))]);
    const found = new Map<string, Verdict>();
    for (const card of foreign) {
      const own = mine.get(`${card.recordingId}/${card.segment.id}`);
      if (own) found.set(card.key, verdictOn(card, own));
      else if (rejected.has(card.key)) found.set(card.key, { said: "rejected", segment: null });
    }
    return found;
  }

  // Choice ------------------------------------------------------------------------------------------------------------

  go(at: number, extend = false): void {
    const last = Math.max(0, this.cards.value.length - 1);
    const to = Math.min(Math.max(at, 0), last);
    batch(() => {
      if (extend) this.selected.value = new Set([...this.base, ...this.range(to)]);
      else this.begin(to);
      this.current.value = to;
    });
  }

  private begin(at: number): void {
    this.anchor = at;
    this.base = this.selected.value;
  }

  private range(to: number): string[] {
    return between(this.keys.value, this.anchor, to);
  }

  toggle(at: number): void {
    const key = this.keys.value[at];
    if (key === undefined) return;
    const chosen = new Set(this.selected.value);
    if (!chosen.delete(key)) chosen.add(key);
    batch(() => {
      this.selected.value = chosen;
      this.current.value = at;
      this.begin(at);
    });
  }

  selectAll(): void {
    this.selected.value = new Set(this.keys.value);
  }

  selectCards(cards: readonly Card[]): void {
    this.selected.value = new Set(cards.map((card) => card.key));
  }

  clear(): void {
    this.selected.value = new Set();
    this.begin(this.current.value);
  }

  /** The chosen cards; the current one where none is chosen. */
  chosen(): Card[] {
    const { value: all } = this.cards;
    if (this.selected.value.size > 0) return all.filter((card) => this.selected.value.has(card.key));
    const one = all[this.current.value];
    return one ? [one] : [];
  }

  // Decisions ---------------------------------------------------------------------------------------------------------

  async decide(action: Action): Promise<Outcome | null> {
    const cards = this.chosen();
    if (cards.length === 0 || this.progress.value !== null) return null;
    const before = new Map(cards.map((card) => [card.key, this.verdicts.value.get(card.key)]));
    const outcome = await this.run(cards.length, () => decide(cards, action, this.context()));
    for (const done of outcome.done) this.show(done);
    const some = outcome.done.some(
      (done) => done.changes.length + done.noted.length + done.forgotten.length > 0,
    );
    if (some) {
      this.past.value = [...this.past.value, { done: outcome.done, before }];
      this.future.value = [];
    }
    return outcome;
  }

  undo(): Promise<Outcome | null> {
    return this.back(this.past, this.future);
  }

  redo(): Promise<Outcome | null> {
    return this.back(this.future, this.past);
  }

  /** Take the last step of one pile back, which is a step of the other: the way back of the way back is the decision. */
  private async back(from: Signal<readonly Step[]>, onto: Signal<readonly Step[]>): Promise<Outcome | null> {
    const last = from.value.at(-1);
    if (last === undefined || this.progress.value !== null) return null;
    const total = last.done.reduce((sum, done) => sum + done.cards.length, 0);
    const outcome = await this.run(total, () => takeBack(last.done, this.revisions));
    const before = new Map([...last.before.keys()].map((key) => [key, this.verdicts.value.get(key)]));
    batch(() => {
      from.value = from.value.slice(0, -1);
      if (outcome.done.length > 0) onto.value = [...onto.value, { done: outcome.done, before }];
      const verdicts = new Map(this.verdicts.value);
      for (const done of outcome.done) {
        if (done.annotationId) this.revisions.set(done.annotationId, done.revision);
        for (const { key } of done.cards) {
          const verdict = last.before.get(key);
          if (verdict) verdicts.set(key, verdict);
          else verdicts.delete(key);
        }
      }
      this.verdicts.value = verdicts;
    });
    return outcome;
  }

  stop(): void {
    this.stopping = true;
  }

  dismiss(): void {
    this.failures.value = [];
  }

  private context(): Context {
    return {
      me: this.me,
      verdicts: this.verdicts.value,
      revisions: this.revisions,
      step: (cards) => {
        const { value } = this.progress;
        if (value) this.progress.value = { ...value, done: value.done + cards };
      },
      stopped: () => this.stopping,
    };
  }

  private async run(total: number, work: () => Promise<Outcome>): Promise<Outcome> {
    this.stopping = false;
    this.failures.value = [];
    this.progress.value = { done: 0, total };
    try {
      const outcome = await work();
      this.failures.value = outcome.failed;
      for (const { cards, fresh } of outcome.failed) if (fresh) this.showAnew(cards, fresh);
      return outcome;
    } finally {
      this.progress.value = null;
    }
  }

  /** Show one's own segments as others left them. */
  private showAnew(cards: readonly Card[], fresh: Held): void {
    this.revisions.set(fresh.annotationId, fresh.revision);
    const verdicts = new Map(this.verdicts.value);
    for (const card of cards) {
      const segment = fresh.segments.get(card.segment.id) ?? null;
      verdicts.set(card.key, segment ? verdictOn(card, segment) : { said: "rejected", segment: null });
    }
    this.verdicts.value = verdicts;
  }

  /** Show what came of a decision in one annotation. */
  private show(done: Done): void {
    if (done.annotationId) this.revisions.set(done.annotationId, done.revision);
    const after = new Map(done.changes.map((change) => [change.id, change.after]));
    const rejected = new Set(done.noted.map((note) => keyOf(note.annotation, note.id)));
    const verdicts = new Map(this.verdicts.value);
    for (const card of done.cards) {
      const { id } = card.segment;
      const mine = after.has(id) ? after.get(id) : (verdicts.get(card.key)?.segment ?? card.segment);
      if (rejected.has(card.key) || !mine) verdicts.set(card.key, { said: "rejected", segment: null });
      else verdicts.set(card.key, verdictOn(card, mine));
    }
    this.verdicts.value = verdicts;
  }
}
