import { useEffect, useState } from "preact/hooks";
import { ask, GET } from "../api/client";
import { onEvents } from "../api/events";
import type { SchemaJobAnswer } from "../api/schema";

const ENDS = new Set(["done", "failed", "cancelled"]);

export function hasEnded(job: SchemaJobAnswer): boolean {
  return ENDS.has(job.state);
}

async function read(jobId: string): Promise<SchemaJobAnswer> {
  return ask(GET("/api/v1/jobs/{job_id}", { params: { path: { job_id: jobId } } }));
}

/** A job as it goes on, from the first answer that named it to its end. */
export function useJob(begun: SchemaJobAnswer | string | null): {
  job: SchemaJobAnswer | null;
  error: unknown;
} {
  const [job, setJob] = useState<SchemaJobAnswer | null>(typeof begun === "string" ? null : begun);
  const [error, setError] = useState<unknown>(null);
  const id = typeof begun === "string" ? begun : begun?.id;
  useEffect(() => {
    if (id === undefined) {
      setJob(null);
      return;
    }
    if (typeof begun !== "string") setJob(begun);
    const reload = () => read(id).then(setJob, setError);
    const stop = onEvents(
      ["job.started", "job.progress", "job.done", "job.failed", "job.cancelled", "job.retried"],
      ({ kind, subject_id, data }) => {
        if (subject_id !== id) return;
        // Events tell how far it is; how it ended is read, with its result.
        if (kind !== "job.progress" && kind !== "job.started") reload();
        else setJob((now) => (now === null || hasEnded(now) ? now : { ...now, ...progressOf(data) }));
      },
    );
    // It may have ended before we listened.
    reload();
    return stop;
  }, [id]);
  return { job, error };
}

function progressOf(data: Readonly<Record<string, unknown>>): Partial<SchemaJobAnswer> {
  return {
    state: "running",
    progress: typeof data.progress === "number" ? data.progress : 0,
    stage: String(data.stage ?? ""),
  };
}
