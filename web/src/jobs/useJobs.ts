import { useEffect, useRef } from "preact/hooks";
import { ask, GET } from "../api/client";
import { onEvents } from "../api/events";
import { type Pages, usePages } from "../ui";
import { type Job, jobAfter, withNewest } from "./timing";
import { isUsual, type Wanted } from "./wanted";

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
const FIRST_PAGE = 50;

function fetchJobs({ states, kind, project, recording, sort, order }: Wanted, cursor: string | undefined) {
  const query = {
    sort,
    order,
    state: states.length > 0 ? [...states] : undefined,
    kind: kind || undefined,
    project_id: project || undefined,
    recording_id: recording || undefined,
    cursor,
  };
  return ask(GET("/api/v1/jobs", { params: { query } }));
}

/** Jobs in the order asked for, as they are now: what happens on the server is seen at once. */
export function useJobs(wanted: Wanted): Pages<Job> {
  const key = JSON.stringify(wanted);
  const pages = usePages((cursor) => fetchJobs(wanted, cursor), [key]);
  const { change, reload } = pages;
  const shown = useRef(pages.items);
  shown.current = pages.items;
  // Where a list is sorted otherwise, only the server knows the place of what is new; who has gone on to later pages
  // is not thrown back to the first one.
  const mayReload = useRef(true);
  mayReload.current = pages.items.length <= FIRST_PAGE;
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const lookForNew = () => {
      timer = undefined;
      if (!isUsual(wanted)) {
        if (mayReload.current) reload();
        return;
      }
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
  }, [key, change, reload]);
  return pages;
}
