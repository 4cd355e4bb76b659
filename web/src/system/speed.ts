/** How fast a server listens, from what its jobs did by the hour. */

export interface Hour {
  readonly hour: string;
  readonly done: number;
  readonly failed: number;
  readonly audio_seconds: number;
  readonly run_seconds: number;
}

/** Seconds of sound in a second of work; null where nothing was listened to. */
export function speedOf({ audio_seconds: audio, run_seconds: run }: Hour): number | null {
  return audio > 0 && run > 0 ? audio / run : null;
}

export interface Totals {
  readonly done: number;
  readonly failed: number;
  readonly audioSeconds: number;
  readonly speed: number | null;
  /** The hour with most jobs; null where there were none. */
  readonly busiest: Hour | null;
}

export function totalsOf(hours: readonly Hour[]): Totals {
  const sum = (of: (hour: Hour) => number) => hours.reduce((all, hour) => all + of(hour), 0);
  const audioSeconds = sum((hour) => hour.audio_seconds);
  const runSeconds = sum((hour) => hour.run_seconds);
  const busiest = hours.reduce<Hour | null>(
    (most, hour) => (hour.done > (most?.done ?? 0) ? hour : most),
    null,
  );
  return {
    done: sum((hour) => hour.done),
    failed: sum((hour) => hour.failed),
    audioSeconds,
    speed: audioSeconds > 0 && runSeconds > 0 ? audioSeconds / runSeconds : null,
    busiest,
  };
}

export const FINDING_STATES = ["failed", "warning", "skipped", "ok"] as const;
export type FindingState = (typeof FINDING_STATES)[number];

/** Things by their state, the worst first; states that nothing is in are left out. */
export function byState<T extends { readonly state: FindingState }>(
  found: readonly T[],
): [FindingState, T[]][] {
  return FINDING_STATES.map((state): [FindingState, T[]] => [
    state,
    found.filter((one) => one.state === state),
  ]).filter(([, some]) => some.length > 0);
}
