/** Sources of annotations that were met in each project since the page was opened, to choose from. */
import { signal } from "@preact/signals";
import type { Card } from "./cards";

type Sources = Readonly<Record<string, readonly string[]>>;

const met = signal<Sources>({});

export function sourcesOf(projectId: string): readonly string[] {
  return met.value[projectId] ?? [];
}

/** Remember the sources of cards: what is filtered for one of them can be filtered for another one then. */
export function noteSources(projectId: string, cards: readonly Card[]): void {
  const known = sourcesOf(projectId);
  const all = new Set([...known, ...cards.map(({ source }) => source)]);
  if (all.size > known.length) met.value = { ...met.value, [projectId]: [...all].sort() };
}
