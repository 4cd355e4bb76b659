/** Stretches of time that are fully labelled: marking, unmarking, and the edits that take one set to another. */
import type { Area } from "../types";
import { tidy } from "./segments";

const inOrder = (a: Area, b: Area) => (a.channel ?? -1) - (b.channel ?? -1) || a.start - b.start;

/** Areas that touch on one channel are one. */
export function united(areas: readonly Area[]): Area[] {
  const found: Area[] = [];
  for (const area of [...areas].sort(inOrder)) {
    const last = found.at(-1);
    if (last && last.channel === area.channel && area.start <= last.end) {
      last.end = Math.max(last.end, area.end);
    } else found.push({ ...area });
  }
  return found;
}

export function marked(areas: readonly Area[], one: Area): Area[] {
  return united([...areas, one]);
}

/** Areas without a stretch: of its channel, or of every one where it names none. */
export function unmarked(areas: readonly Area[], one: Area): Area[] {
  return united(
    areas.flatMap((area) => {
      if (one.channel !== null && area.channel !== one.channel) return [area];
      const before = { ...area, end: Math.min(area.end, one.start) };
      const after = { ...area, start: Math.max(area.start, one.end) };
      return [before, after].filter((rest) => rest.end - rest.start > 1e-9);
    }),
  );
}

export function areaAt(areas: readonly Area[], time: number, channel: number | null): Area | undefined {
  return areas.find((area) => {
    const here = area.channel === null || channel === null || area.channel === channel;
    return here && area.start <= time && time < area.end;
  });
}

/** What is in the first set and not in the second. */
export function difference(areas: readonly Area[], others: readonly Area[]): Area[] {
  return others.reduce<Area[]>(
    (rest, other) =>
      rest.flatMap((area) => (area.channel === other.channel ? unmarked([area], other) : [area])),
    united(areas),
  );
}

export interface AreaEdits {
  mark: Area[];
  unmark: Area[];
}

/** The edits that make one set of areas from another. */
export function areaEdits(before: readonly Area[], after: readonly Area[]): AreaEdits {
  return { mark: difference(after, before), unmark: difference(before, after) };
}

/** How much of a recording is fully labelled, 0 to 1; areas of all channels count for each. */
export function coverage(areas: readonly Area[], duration: number, channels: number): number {
  if (duration <= 0) return 0;
  let seconds = 0;
  for (let channel = 0; channel < channels; channel++) {
    const here = areas.filter((area) => area.channel === null || area.channel === channel);
    const flat = united(here.map((area) => ({ ...area, channel: null })));
    seconds += flat.reduce((sum, area) => sum + area.end - area.start, 0);
  }
  return Math.min(1, seconds / (duration * Math.max(1, channels)));
}

export function tidyArea(area: Area): Area {
  return { ...area, start: tidy(area.start), end: tidy(area.end) };
}
