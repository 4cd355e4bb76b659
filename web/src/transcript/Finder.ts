/** What is looked for in the transcript, and what takes its place. */
import { computed, type ReadonlySignal, signal } from "@preact/signals";
import type { Segment } from "../editor/types";
import { findAll, type Match, nextMatch, patternOf, type Search } from "./model/find";
import type { Mark } from "./model/spans";

const NONE: readonly Mark[] = [];

export class Finder {
  readonly open = signal<"closed" | "find" | "replace">("closed");
  readonly search = signal<Search>({ text: "", matchCase: false, wholeWord: false, regex: false });
  readonly replacement = signal("");
  /** Where the search stands. */
  readonly place = signal<Match | null>(null);

  constructor(private readonly lines: ReadonlySignal<readonly Segment[]>) {}

  readonly pattern = computed(() => patternOf(this.search.value));

  readonly matches: ReadonlySignal<readonly Match[]> = computed(() =>
    this.open.value === "closed" ? [] : findAll(this.lines.value, this.pattern.value.pattern),
  );

  /** Which of the matches the search stands on; -1 for none. */
  readonly index = computed(() => {
    const place = this.place.value;
    if (place === null) return -1;
    return this.matches.value.findIndex((one) => one.id === place.id && one.from === place.from);
  });

  readonly #marks = computed(() => {
    const found = new Map<string, Mark[]>();
    const current = this.matches.value[this.index.value];
    for (const match of this.matches.value) {
      const mark = { from: match.from, to: match.to, current: match === current };
      const held = found.get(match.id);
      if (held) held.push(mark);
      else found.set(match.id, [mark]);
    }
    return found;
  });

  marksOf(id: string): readonly Mark[] {
    return this.#marks.value.get(id) ?? NONE;
  }

  /** Go to the next match, from a place where the search stands nowhere yet. */
  step(
    direction: 1 | -1,
    order: ReadonlyMap<string, number>,
    start: { id: string; at: number } | null,
  ): Match | null {
    const { matches } = this;
    const place = this.place.peek();
    const from = place ? { id: place.id, at: place.from } : start;
    const found = matches.value[nextMatch(matches.value, order, from, direction)] ?? null;
    this.place.value = found;
    return found;
  }

  change(given: Partial<Search>): void {
    this.search.value = { ...this.search.value, ...given };
    this.place.value = null;
  }

  show(how: "find" | "replace"): void {
    this.open.value = how;
  }

  close(): void {
    this.open.value = "closed";
    this.place.value = null;
  }
}
