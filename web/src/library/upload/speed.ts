/** How fast bytes go, over the last seconds. */

export interface Sample {
  /** Milliseconds. */
  readonly at: number;
  readonly sent: number;
}

const WINDOW_MS = 10_000;

/** Samples with one more, without those that are too old to matter. */
export function sampled(samples: readonly Sample[], sample: Sample): readonly Sample[] {
  const last = samples.at(-1);
  // Fewer bytes than before: something was cancelled, or began anew.
  if (last !== undefined && sample.sent < last.sent) return [sample];
  return [...samples.filter(({ at }) => sample.at - at <= WINDOW_MS), sample];
}

/** Bytes per second, null while that is not known. */
export function speedOf(samples: readonly Sample[]): number | null {
  const [first, last] = [samples[0], samples.at(-1)];
  if (first === undefined || last === undefined || last.at - first.at < 1000) return null;
  return ((last.sent - first.sent) / (last.at - first.at)) * 1000;
}

/** Seconds until the rest is sent, null while that is not known. */
export function secondsLeft(speed: number | null, rest: number): number | null {
  return speed === null || speed <= 0 ? null : rest / speed;
}
