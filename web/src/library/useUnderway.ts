import { useEffect, useState } from "preact/hooks";
import { ask, GET } from "../api/client";
import { onEvents } from "../api/events";
import { complain } from "../ui";
import { heard, jobOf, type Underway } from "./live";

const KINDS = [
  "job.queued",
  "job.started",
  "job.progress",
  "job.done",
  "job.failed",
  "job.cancelled",
  "job.retried",
] as const;
/** Events come in swarms; the page is drawn anew for some of them together. */
const TOGETHER_MS = 250;

async function running(projectId: string): Promise<Underway> {
  const query = {
    project_id: projectId,
    state: ["running", "queued"] as ("running" | "queued")[],
    limit: 500,
  };
  const { items } = await ask(GET("/api/v1/jobs", { params: { query } }));
  return items.reduce(heard, new Map() as Underway);
}

/** What imports and engines are doing in a project, recording by recording. */
export function useUnderway(projectId: string): Underway {
  const [underway, setUnderway] = useState<Underway>(new Map());
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    let now: Underway = new Map();
    const show = () => {
      timer ??= setTimeout(() => {
        timer = undefined;
        setUnderway(now);
      }, TOGETHER_MS);
    };
    const stop = onEvents(KINDS, ({ project_id, subject_id, data }) => {
      if (project_id !== projectId) return;
      const after = heard(now, jobOf(subject_id, data));
      if (after !== now) show();
      now = after;
    });
    running(projectId).then((begun) => {
      // What events told meanwhile is newer.
      now = new Map([...begun, ...now]);
      show();
    }, complain);
    return () => {
      stop();
      clearTimeout(timer);
    };
  }, [projectId]);
  return underway;
}
