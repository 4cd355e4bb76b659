/** What engines and imports are doing with recordings right now, as events tell it. Pure. */

export interface Doing {
  readonly jobId: string;
  readonly kind: string;
  readonly state: string;
  /** 0 to 1. */
  readonly progress: number;
  readonly stage: string;
}

/** By recording. */
export type Underway = ReadonlyMap<string, Doing>;

interface JobFacts {
  readonly id: string;
  readonly kind: string;
  readonly state: string;
  readonly progress: number;
  readonly stage: string;
  readonly recording_id: string | null;
}

export function jobOf(subject_id: string, data: Readonly<Record<string, unknown>>): JobFacts {
  return {
    id: subject_id,
    kind: String(data.kind ?? ""),
    state: String(data.state ?? ""),
    progress: typeof data.progress === "number" ? data.progress : 0,
    stage: String(data.stage ?? ""),
    recording_id: typeof data.recording_id === "string" ? data.recording_id : null,
  };
}

/** What is under way after a job was heard of: those that ended are dropped. */
export function heard(underway: Underway, job: JobFacts): Underway {
  const { id: jobId, recording_id, kind, state, progress, stage } = job;
  if (recording_id === null) return underway;
  const before = underway.get(recording_id);
  const goesOn = state === "queued" || state === "running";
  // A job that waits does not hide one that runs.
  if (goesOn && before?.state === "running" && state === "queued" && before.jobId !== jobId) return underway;
  if (!goesOn && before?.jobId !== jobId) return underway;
  const after = new Map(underway);
  if (goesOn) after.set(recording_id, { jobId, kind, state, progress, stage });
  else after.delete(recording_id);
  return after;
}
