/**
 * Unsent edits on disk (IndexedDB), so that neither a closed tab nor a dead battery loses one.
 *
 * Each tab writes under its own name. What tabs left behind that are gone is taken over by the next page that opens
 * the annotation, or sends everything that is left.
 */
import { type DBSchema, type IDBPDatabase, openDB } from "idb";
import { newId } from "../model/segments";
import { isAlive, tab } from "./alive";
import type { Chain } from "./Pending";

/** Which annotation has unsent edits, of whom. */
export interface Kept {
  readonly key: string;
  readonly annotationId: string;
  readonly recordingId: string;
  readonly recordingName: string;
  readonly userId: string;
  readonly tab: string;
  readonly at: number;
}

interface KeptChain extends Chain {
  readonly document: string;
}

interface Schema extends DBSchema {
  documents: { key: string; value: Kept };
  chains: { key: [string, string]; value: KeptChain; indexes: { document: string } };
  /** Models' segments that a person does not want to see again, by annotation. */
  rejected: { key: [string, string]; value: { annotation: string; id: string } };
}

let opened: Promise<IDBPDatabase<Schema>> | null = null;

export function database(): Promise<IDBPDatabase<Schema>> {
  opened ??= openDB<Schema>("earmark-editor", 1, {
    upgrade(made) {
      made.createObjectStore("documents", { keyPath: "key" });
      const chains = made.createObjectStore("chains", { keyPath: ["document", "id"] });
      chains.createIndex("document", "document");
      made.createObjectStore("rejected", { keyPath: ["annotation", "id"] });
    },
  });
  opened.catch(() => {
    opened = null;
  });
  return opened;
}

/** Where states are laid down while a page is being closed, with no time to wait for the disk. */
const STASH = "earmark.unsent.";

interface Stash {
  readonly kept: Kept;
  readonly chains: readonly Chain[];
}

export type About = Omit<Kept, "key" | "tab" | "at">;

/** Documents that are open in this very page: theirs is nobody else's. */
const open = new Set<string>();

export class Outbox {
  readonly #key: string;

  constructor(private readonly about: About) {
    this.#key = `${about.annotationId}/${newId()}`;
    open.add(this.#key);
  }

  close(): void {
    open.delete(this.#key);
  }

  /** Write states down, and forget those of segments that have none any more. */
  async write(states: ReadonlyMap<string, Chain | null>): Promise<void> {
    const stores = (await database()).transaction(["documents", "chains"], "readwrite");
    const [documents, chains] = [stores.objectStore("documents"), stores.objectStore("chains")];
    for (const [id, chain] of states) {
      if (chain) void chains.put({ ...chain, document: this.#key });
      else void chains.delete([this.#key, id]);
    }
    const count = await chains.index("document").count(this.#key);
    if (count === 0) void documents.delete(this.#key);
    else void documents.put({ ...this.about, key: this.#key, tab, at: Date.now() });
    await stores.done;
  }

  /** Lay all unsent states down at once: the page may be gone before the disk has them. */
  stash(chains: readonly Chain[]): void {
    const name = STASH + this.#key;
    const kept: Kept = { ...this.about, key: this.#key, tab, at: Date.now() };
    try {
      if (chains.length === 0) localStorage.removeItem(name);
      else localStorage.setItem(name, JSON.stringify({ kept, chains } satisfies Stash));
    } catch {
      // No room for so many, or no storage at all: the disk has what was written until now.
    }
  }

  /** Take over what this person's closed tabs left of the annotation, the oldest first. */
  async claim(): Promise<Chain[]> {
    const found: Chain[] = [];
    for (const kept of await leftovers(this.about.userId)) {
      if (kept.annotationId === this.about.annotationId) found.push(...(await this.#takeOver(kept)));
    }
    return found;
  }

  async #takeOver(kept: Kept): Promise<Chain[]> {
    const stores = (await database()).transaction(["documents", "chains"], "readwrite");
    const chains = stores.objectStore("chains");
    const found = await chains.index("document").getAll(kept.key);
    for (const { document, ...chain } of found) {
      void chains.delete([document, chain.id]);
      void chains.put({ ...chain, document: this.#key });
    }
    void stores.objectStore("documents").delete(kept.key);
    // None where another page was quicker.
    if (found.length > 0)
      void stores.objectStore("documents").put({ ...kept, key: this.#key, tab, at: Date.now() });
    await stores.done;
    return found.map(({ document: _, ...chain }) => chain);
  }
}

/** Write what closing pages laid down to the disk, where it is newer than what stands there. */
async function unstash(): Promise<void> {
  for (const name of Object.keys(localStorage).filter((one) => one.startsWith(STASH))) {
    const { kept, chains } = JSON.parse(localStorage.getItem(name) ?? "{}") as Partial<Stash>;
    const isOpen =
      kept !== undefined && (open.has(kept.key) || (kept.tab !== tab && (await isAlive(kept.tab))));
    // Gone where somebody else wrote it to the disk meanwhile.
    if (kept === undefined || chains === undefined || isOpen || localStorage.getItem(name) === null) continue;
    // Taken away first: another page that opens now must not bring it back later.
    localStorage.removeItem(name);
    const stores = (await database()).transaction(["documents", "chains"], "readwrite");
    const store = stores.objectStore("chains");
    for (const key of await store.index("document").getAllKeys(kept.key)) void store.delete(key);
    for (const chain of chains) void store.put({ ...chain, document: kept.key });
    void stores.objectStore("documents").put(kept);
    await stores.done;
  }
}

/** What is left of a person's tabs that are closed. */
export async function leftovers(userId: string): Promise<Kept[]> {
  await unstash();
  const all = await (await database()).getAll("documents");
  const mine = all.filter((kept) => kept.userId === userId && !open.has(kept.key));
  const alive = await Promise.all(mine.map((kept) => kept.tab !== tab && isAlive(kept.tab)));
  return mine.filter((_, n) => !alive[n]).sort((a, b) => a.at - b.at);
}
