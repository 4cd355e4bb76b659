/**
 * What a person changed and the server does not have yet.
 *
 * Everything here is states, not steps: of each touched segment the state that the server has as far as we know, the
 * states of ours that were sent and may have arrived, and the state that is wanted. So it does not matter whether a
 * request whose answer was lost took effect: what the server shows next tells.
 */
import type { SchemaEditBody } from "../../api/schema";
import { requestOf } from "../model/edits";
import { named, same } from "../model/segments";
import type { Segment } from "../types";

export interface Chain {
  readonly id: string;
  /** What the server has. */
  base: Segment | null;
  /** Our states that were sent, the oldest first; some may have arrived. */
  past: (Segment | null)[];
  /** What the person wants. */
  mine: Segment | null;
  /** What both sides began with, where others changed the segment too: it waits for the person to choose. */
  conflict?: { origin: Segment | null };
}

/** One request that may be on its way: sent again as it is until its fate is known. */
export interface Frozen {
  readonly key: string;
  readonly base_revision: number;
  readonly edits: SchemaEditBody[];
}

export type Choice = "mine" | "theirs";

/** The server takes at most 10,000 edits together, and 1 MiB with an idempotency key. */
const MOST_EDITS = 10_000;
const MOST_BYTES = 900_000;

export class Pending {
  readonly chains = new Map<string, Chain>();
  frozen: Frozen | null = null;

  /** Segments that shall be sent next, in the order in which they were changed. */
  readonly #dirty = new Set<string>();
  /** Segments of the frozen request. */
  #sending: ReadonlySet<string> = new Set();

  get size(): number {
    return this.chains.size;
  }

  get conflicts(): Chain[] {
    return [...this.chains.values()].filter((chain) => chain.conflict);
  }

  /** Whether something could be sent now. */
  get ready(): boolean {
    return this.frozen !== null || this.#dirty.size > 0;
  }

  /** A person changed a segment; `base` is what the screen showed until then. */
  edit(id: string, after: Segment | null, base: Segment | null): void {
    const chain = this.chains.get(id) ?? { id, base, past: [], mine: null };
    chain.mine = after;
    this.chains.set(id, chain);
    this.#settle(chain);
  }

  /** Bring back what an earlier page kept. */
  restore(chain: Chain): void {
    this.chains.set(chain.id, chain);
    this.#settle(chain);
  }

  /** Decide whether a chain is over, waits for the person, is on its way, or is to be sent. */
  #settle(chain: Chain): void {
    const over = chain.past.length === 0 && same(chain.mine, chain.base);
    if (over) this.chains.delete(chain.id);
    const sent = chain.past.at(-1);
    const onItsWay = this.#sending.has(chain.id) && sent !== undefined && same(chain.mine, sent);
    if (over || chain.conflict || onItsWay) this.#dirty.delete(chain.id);
    else this.#dirty.add(chain.id);
  }

  /** What the server has now of a segment, whoever did it. Returns what the screen shall show. */
  rebase(id: string, value: Segment | null): Segment | null {
    const chain = this.chains.get(id);
    if (chain === undefined) return value;
    const arrived = chain.past.findLastIndex((state) => same(state, value));
    if (same(value, chain.mine)) this.#meet(chain, value);
    else if (arrived >= 0) this.#confirm(chain, value, arrived);
    else if (!same(value, chain.base)) {
      chain.conflict ??= { origin: chain.base };
      chain.base = value;
    }
    this.#settle(chain);
    return chain.mine;
  }

  /** Both sides want the same. */
  #meet(chain: Chain, value: Segment | null): void {
    chain.base = value;
    chain.past = [];
    delete chain.conflict;
  }

  #confirm(chain: Chain, value: Segment | null, arrived: number): void {
    chain.base = value;
    chain.past = chain.past.slice(arrived + 1);
    delete chain.conflict;
  }

  /** Put together the next request. */
  freeze(key: string, revision: number): Frozen | null {
    const edits: SchemaEditBody[] = [];
    let bytes = 0;
    for (const id of [...this.#dirty]) {
      const chain = this.chains.get(id);
      if (chain === undefined || same(chain.base, chain.mine)) {
        this.#drop(id);
        continue;
      }
      const edit = requestOf(id, chain.base, chain.mine);
      bytes += new TextEncoder().encode(JSON.stringify(edit)).length;
      if (edits.length > 0 && (edits.length >= MOST_EDITS || bytes > MOST_BYTES)) break;
      chain.past.push(chain.mine);
      edits.push(edit);
      this.#dirty.delete(id);
    }
    this.#hold(edits.length > 0 ? { key, base_revision: revision, edits } : null);
    return this.frozen;
  }

  #hold(frozen: Frozen | null): void {
    this.frozen = frozen;
    this.#sending = new Set(frozen?.edits.map((edit) => edit.id));
  }

  #drop(id: string): void {
    this.#dirty.delete(id);
    this.chains.delete(id);
  }

  /** The request took effect. Returns the names of its segments. */
  accepted(): string[] {
    const sent = this.frozen?.edits ?? [];
    this.#hold(null);
    for (const { id, segment } of sent) {
      const chain = this.chains.get(id);
      if (chain === undefined) continue;
      const state = segment ? named(id, segment) : null;
      chain.base = state;
      chain.past = [];
      delete chain.conflict;
      this.#settle(chain);
    }
    return sent.map((edit) => edit.id);
  }

  /** The request was refused, or its fate is unknown and the annotation is read anew: all of it is to be sent again. */
  thaw(): void {
    const sent = this.frozen?.edits ?? [];
    this.#hold(null);
    for (const { id } of sent) {
      const chain = this.chains.get(id);
      if (chain) this.#settle(chain);
    }
  }

  /** All that the server did until now is known: what was sent and is not there did not arrive. */
  caughtUp(): string[] {
    const cleared: string[] = [];
    for (const chain of this.chains.values()) {
      if (chain.past.length === 0 || this.#sending.has(chain.id)) continue;
      chain.past = [];
      cleared.push(chain.id);
      this.#settle(chain);
    }
    return cleared;
  }

  /** The person chose. Returns what the screen shall show. */
  resolve(id: string, choice: Choice): Segment | null {
    const chain = this.chains.get(id);
    if (chain === undefined) return null;
    delete chain.conflict;
    if (choice === "theirs") chain.mine = chain.base;
    this.#settle(chain);
    return chain.mine;
  }

  /** Forget all changes. Returns what the server has of each segment. */
  clear(): Map<string, Segment | null> {
    const found = new Map([...this.chains].map(([id, chain]) => [id, chain.base]));
    this.chains.clear();
    this.#dirty.clear();
    this.#hold(null);
    return found;
  }
}
