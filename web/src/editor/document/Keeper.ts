/** Writes unsent states to the disk as they come, one transaction after the other. */
import type { Outbox } from "./Outbox";
import type { Chain } from "./Pending";

/** More in one go would hold the page up for long. */
const AT_ONCE = 1000;

export type Disk = Pick<Outbox, "write" | "claim" | "close" | "stash">;

export class Keeper {
  /** Until all that was told is on the disk. */
  stored: Promise<void> = Promise.resolve();
  readonly #unwritten = new Set<string>();
  #writing = false;

  constructor(
    private readonly disk: Disk,
    private readonly chains: ReadonlyMap<string, Chain>,
  ) {}

  get isWriting(): boolean {
    return this.#writing;
  }

  claim(): Promise<Chain[]> {
    return this.disk.claim().catch(() => []);
  }

  close(): void {
    this.disk.close();
  }

  /** The page is being closed, or comes back after all. */
  stash(leaving: boolean): void {
    this.disk.stash(leaving ? [...this.chains.values()] : []);
  }

  keep(ids: readonly string[]): void {
    for (const id of ids) this.#unwritten.add(id);
    if (this.#writing || this.#unwritten.size === 0) return;
    this.#writing = true;
    this.stored = this.#write().finally(() => {
      this.#writing = false;
    });
  }

  async #write(): Promise<void> {
    while (this.#unwritten.size > 0) {
      const ids = firstOf(this.#unwritten, AT_ONCE);
      const states = new Map(ids.map((id) => [id, this.chains.get(id) ?? null]));
      for (const id of ids) this.#unwritten.delete(id);
      // No disk in a private window, or it is full: edits are sent all the same, and closing the page warns.
      await this.disk.write(states).catch(() => {});
    }
  }
}

function firstOf(ids: ReadonlySet<string>, most: number): string[] {
  const found: string[] = [];
  for (const id of ids) {
    if (found.length >= most) break;
    found.push(id);
  }
  return found;
}
