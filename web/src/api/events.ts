/** What happens on the server, as it happens: one stream for the whole page. */

export interface ServerEvent {
  number: number;
  at: string;
  kind: string;
  project_id: string | null;
  subject_id: string;
  data: Record<string, unknown>;
}

/** Kinds that the pages listen to; the browser has to be told each of them. */
const KINDS = [
  "annotation.areas",
  "annotation.created",
  "annotation.deleted",
  "annotation.edited",
  "annotation.reopened",
  "annotation.restored",
  "annotation.reverted",
  "annotation.reviewed",
  "annotation.submitted",
  "job.cancelled",
  "job.done",
  "job.failed",
  "job.progress",
  "job.queued",
  "job.retried",
  "job.started",
  "job.updated",
  "recording.created",
  "recording.deleted",
  "recording.failed",
  "recording.imported",
  "recording.purged",
  "recording.restored",
  "recording.updated",
] as const;

export type EventKind = (typeof KINDS)[number];
type Listener = (event: ServerEvent) => void;

const listeners = new Map<string, Set<Listener>>();
let source: EventSource | null = null;

/** The browser goes on by itself where a connection breaks, but not after an answer such as a proxy's 502. */
const REOPEN_MS = 5000;

function reopenIfClosed(): void {
  if (source?.readyState !== EventSource.CLOSED) return;
  setTimeout(() => {
    if (source?.readyState === EventSource.CLOSED) open();
  }, REOPEN_MS);
}

function open(): void {
  source = new EventSource("/api/v1/events");
  source.addEventListener("error", reopenIfClosed);
  for (const kind of KINDS) {
    source.addEventListener(kind, (message) => {
      const event = JSON.parse((message as MessageEvent<string>).data) as ServerEvent;
      for (const listener of listeners.get(kind) ?? []) listener(event);
    });
  }
}

function closeIfUnused(): void {
  if ([...listeners.values()].some((set) => set.size > 0)) return;
  source?.close();
  source = null;
}

/** Listen to kinds of events until the returned function is called. */
export function onEvents(kinds: readonly EventKind[], listener: Listener): () => void {
  for (const kind of kinds) {
    const set = listeners.get(kind) ?? new Set();
    listeners.set(kind, set.add(listener));
  }
  if (source === null || source.readyState === EventSource.CLOSED) open();
  return () => {
    for (const kind of kinds) listeners.get(kind)?.delete(listener);
    closeIfUnused();
  };
}
