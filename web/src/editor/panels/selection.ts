/** What several selected segments have in common. */
import type { Segment } from "../types";

/** The value that all have; undefined where they differ. */
export function common<T>(segments: readonly Segment[], of: (segment: Segment) => T): T | undefined {
  const [first, ...rest] = segments;
  if (first === undefined) return undefined;
  const value = of(first);
  return rest.every((one) => of(one) === value) ? value : undefined;
}

/** Tags that all have with the same value. */
export function commonTags(segments: readonly Segment[]): [string, string][] {
  const [first, ...rest] = segments;
  return (first?.tags ?? []).filter(([name, value]) =>
    rest.every((one) => one.tags?.some(([key, held]) => key === name && held === value)),
  );
}

export function totalSeconds(segments: readonly Segment[]): number {
  return segments.reduce((sum, one) => sum + one.end - one.start, 0);
}

/** Names of speakers, the most frequent first, of at most so many segments. */
export function speakersOf(segments: readonly Segment[], most = 5000): string[] {
  const counts = new Map<string, number>();
  for (const { speaker } of segments.slice(0, most)) {
    if (speaker) counts.set(speaker, (counts.get(speaker) ?? 0) + 1);
  }
  return [...counts].sort((a, b) => b[1] - a[1]).map(([name]) => name);
}
