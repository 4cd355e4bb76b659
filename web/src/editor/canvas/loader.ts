/**
 * Fetches what is wished for, the most wanted first, a few at a time; what nobody wishes for any more is given up.
 *
 * Four at once: browsers open six connections to a server of HTTP/1.1, and the sound, live events and saving need theirs.
 */

export interface Wish {
  readonly key: string;
  /** Where it is fetched; the signal ends it. */
  load(signal: AbortSignal): Promise<void>;
  /** Wishes with the same lane wait for each other; used while a server draws something for the first time. */
  readonly lane?: string | undefined;
}

const AT_ONCE = 4;
/** Waits before another try, in milliseconds; after the last one it is given up until `retry`. */
const WAITS = [500, 2000, 8000] as const;

interface Failure {
  tries: number;
  until: number;
}

export class Loader {
  private wishes: readonly Wish[] = [];
  private readonly running = new Map<string, { abort: AbortController; lane: string | undefined }>();
  private readonly failures = new Map<string, Failure>();

  /** `settled` is called after each fetch that brought something, `failed` when one is given up. */
  constructor(
    private readonly settled: () => void,
    private readonly failed: (error: unknown) => void,
    private readonly atOnce = AT_ONCE,
  ) {}

  get pending(): number {
    return this.running.size;
  }

  /** Say all that is wanted now, in order; it replaces what was wished for before. */
  wish(wishes: readonly Wish[]): void {
    this.wishes = wishes;
    const wanted = new Set(wishes.map((wish) => wish.key));
    for (const [key, one] of this.running) if (!wanted.has(key)) one.abort.abort();
    this.next();
  }

  /** Try again what was given up. */
  retry(): void {
    this.failures.clear();
    this.next();
  }

  close(): void {
    this.wish([]);
  }

  private next(): void {
    for (const wish of this.wishes) {
      if (this.running.size >= this.atOnce) return;
      if (this.mayRun(wish)) void this.run(wish);
    }
  }

  private mayRun(wish: Wish): boolean {
    if (this.running.has(wish.key)) return false;
    const failure = this.failures.get(wish.key);
    if (failure && (failure.tries > WAITS.length || failure.until > Date.now())) return false;
    return wish.lane === undefined || ![...this.running.values()].some((one) => one.lane === wish.lane);
  }

  private async run(wish: Wish): Promise<void> {
    const abort = new AbortController();
    this.running.set(wish.key, { abort, lane: wish.lane });
    let brought = false;
    try {
      await wish.load(abort.signal);
      brought = !abort.signal.aborted;
      this.failures.delete(wish.key);
    } catch (error) {
      if (!abort.signal.aborted) this.note(wish.key, error);
    }
    this.running.delete(wish.key);
    if (brought) {
      // By key: the same was perhaps wished for again while it was on its way.
      this.wishes = this.wishes.filter((one) => one.key !== wish.key);
      this.settled();
    }
    this.next();
  }

  private note(key: string, error: unknown): void {
    const tries = (this.failures.get(key)?.tries ?? 0) + 1;
    const wait = WAITS[tries - 1];
    this.failures.set(key, { tries, until: Date.now() + (wait ?? 0) });
    if (wait === undefined) this.failed(error);
    else setTimeout(() => this.next(), wait + 1);
  }
}
