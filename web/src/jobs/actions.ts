/** What can be done to jobs, one by one or to many together. */
import { ask, PATCH, POST } from "../api/client";
import { t } from "../i18n";
import { complain, say } from "../ui";
import { canCancel, canRetry, type Job } from "./timing";

const at = (id: string) => ({ params: { path: { job_id: id } } });

export const cancelJob = (id: string) => ask(POST("/api/v1/jobs/{job_id}/cancel", at(id)));
export const retryJob = (id: string) => ask(POST("/api/v1/jobs/{job_id}/retry", at(id)));
export const prioritise = (id: string, priority: number) =>
  ask(PATCH("/api/v1/jobs/{job_id}", { ...at(id), body: { priority } }));

type Action = "cancel" | "retry";
const ACTIONS = {
  cancel: { may: canCancel, run: cancelJob, said: "jobs.cancelledMany" },
  retry: { may: canRetry, run: retryJob, said: "jobs.retriedMany" },
} as const;

export const those = (jobs: readonly Job[], action: Action) => jobs.filter(ACTIONS[action].may);

/** Do something to all jobs that allow it, a few at a time, and say what came of it. */
export async function toAll(jobs: readonly Job[], action: Action, change: (job: Job) => void): Promise<void> {
  const { run, said } = ACTIONS[action];
  const waiting = [...those(jobs, action)];
  const failures: unknown[] = [];
  let done = 0;
  const work = async () => {
    for (let job = waiting.shift(); job; job = waiting.shift()) {
      try {
        change(await run(job.id));
        done++;
      } catch (error) {
        failures.push(error);
      }
    }
  };
  await Promise.all([work(), work(), work(), work()]);
  if (done > 0) say(t(said, { count: done }));
  if (failures.length > 0) complain(failures[0]);
}
