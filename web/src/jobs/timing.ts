/** How long jobs take, and what events say about them. */
import type { ServerEvent } from "../api/events";
import type { SchemaJobAnswer } from "../api/schema";

export type Job = SchemaJobAnswer;
export type JobState = Job["state"];

export const STATES = ["queued", "running", "done", "failed", "cancelled"] as const satisfies JobState[];

export function isJobState(word: string): word is JobState {
  return (STATES as readonly string[]).includes(word);
}

export const canCancel = (job: Job) =>
  (job.state === "queued" || job.state === "running") && !job.cancel_requested;
export const canRetry = (job: Job) => job.state === "failed" || job.state === "cancelled";
export const hasEnded = (state: JobState) => state !== "queued" && state !== "running";

/** Seconds that a job has run, or ran, since it began last; null if it never did. */
export function runSeconds(job: Job, now: number): number | null {
  if (job.started_at === null || job.state === "queued") return null;
  const end = job.finished_at === null ? now : Date.parse(job.finished_at);
  return Math.max(0, (end - Date.parse(job.started_at)) / 1000);
}

/** Seconds to go if it goes on as it did so far, as the server reckons it; null where that cannot be said yet. */
export function secondsToGo(job: Job, now: number): number | null {
  const ran = runSeconds(job, now);
  if (job.state !== "running" || ran === null || job.progress < 0.01 || job.progress > 1) return null;
  return (ran * (1 - job.progress)) / job.progress;
}

/** Sound in so many seconds of work: 10 means that an hour of sound took six minutes. */
export function speedOf(job: Job, now: number): number | null {
  const ran = runSeconds(job, now);
  if (job.state !== "done" || !job.audio_seconds || !ran) return null;
  return job.audio_seconds / ran;
}

/** A job as it is after something happened to it. */
export function jobAfter(job: Job, event: ServerEvent): Job {
  if (event.subject_id !== job.id) return job;
  const told = event.data as Partial<Job>;
  const state = told.state ?? job.state;
  return {
    ...job,
    ...told,
    started_at: event.kind === "job.started" ? event.at : job.started_at,
    finished_at: hasEnded(state) ? (job.finished_at ?? event.at) : null,
  };
}

/** A list with its first page read again: what is new comes first, the rest stays where it is. */
export function withNewest(shown: readonly Job[], newest: readonly Job[]): Job[] {
  const fresh = new Map(newest.map((job) => [job.id, job]));
  const kept = shown.map((job) => fresh.get(job.id) ?? job);
  const there = new Set(shown.map((job) => job.id));
  return [...newest.filter((job) => !there.has(job.id)), ...kept];
}
