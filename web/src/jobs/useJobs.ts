import { useEffect, useRef } from "preact/hooks";
import { ask, GET } from "../api/client";
import { onEvents } from "../api/events";
import { type Pages, usePages } from "../ui";
import { isJobState, type Job, type JobState, jobAfter, withNewest } from "./timing";

export const JOB_EVENTS = [
  "job.cancelled",
  "job.done",
  "job.failed",
  "job.progress",
  "job.queued",
  "job.retried",
  "job.started",
  "job.updated",
] as const;

/** Milliseconds between two looks for new jobs: a thousand may be asked for at once. */
const PATIENCE = 800;

export interface Wanted {
  states: readonly JobState[];
  kind: string;
  project: string;
  recording: string;
}

export function wantedBy(query: Readonly<Record<string, string>>): Wanted {
  const { state = "", kind = "", project = "", recording = "" } = query;
  return { states: state.split(",").filter(isJobState), kind, project, recording };
}

function fetchJobs({ states, kind, project, recording }: Wanted, cursor: string | undefined) {
  const query = {
    state: states.length > 0 ? [...states] : undefined,
    kind: kind || undefined,
    project_id: project || undefined,
    recording_id: recording || undefined,
    cursor,
  };
  return ask(GET("/api/v1/jobs", { params: { query } }));
}

/** Jobs, the latest first, as they are now: what happens on the server is seen at once. */
export function useJobs(wanted: Wanted): Pages<Job> {
  const key = JSON.stringify(wanted);
  const pages = usePages((cursor) => fetchJobs(wanted, cursor), [key]);
  const { change } = pages;
  const shown = useRef(pages.items);
  shown.current = pages.items;
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const lookForNew = () => {
      timer = undefined;
      // Whatever is wrong with the connection shows where the list is loaded; this is only its freshness.
      fetchJobs(wanted, undefined).then(
        (page) => change((items) => withNewest(items, page.items)),
        () => undefined,
      );
    };
    const stop = onEvents(JOB_EVENTS, (event) => {
      if (shown.current.some((job) => job.id === event.subject_id)) {
        change((items) => items.map((job) => jobAfter(job, event)));
      } else if (event.kind !== "job.progress") {
        timer ??= setTimeout(lookForNew, PATIENCE);
      }
    });
    return () => {
      stop();
      clearTimeout(timer);
    };
  }, [key, change]);
  return pages;
}
