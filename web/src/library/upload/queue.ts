/** Files on their way to the server: what waits, what is sent, what became of each. Pure; `sender.ts` does the sending. */

export type UploadState =
  | "waiting"
  | "sending"
  | "paused"
  /** It arrived; the server listens to it. */
  | "done"
  /** The project had it already. */
  | "duplicate"
  /** The connection broke off; it can go on. */
  | "failed"
  /** The server does not want it. */
  | "refused"
  | "cancelled";

export interface Upload {
  readonly id: string;
  readonly projectId: string;
  readonly name: string;
  /** Folder and name, where a folder was chosen. */
  readonly path: string;
  readonly size: number;
  readonly state: UploadState;
  /** Bytes that the server has. */
  readonly sent: number;
  readonly error: string | null;
  readonly recordingId: string | null;
}

export type Queue = readonly Upload[];

export type UploadEvent =
  | { readonly kind: "started" | "paused" | "resumed" | "retried" | "cancelled"; readonly id: string }
  | { readonly kind: "progress"; readonly id: string; readonly sent: number }
  | {
      readonly kind: "arrived";
      readonly id: string;
      readonly recordingId: string;
      readonly wasThere: boolean;
    }
  | { readonly kind: "failed"; readonly id: string; readonly error: string; readonly final: boolean }
  /** After it had arrived the server could make nothing of it. */
  | { readonly kind: "unreadable"; readonly recordingId: string; readonly error: string };

export const AT_ONCE = 3;
const OPEN: ReadonlySet<UploadState> = new Set(["waiting", "sending", "paused"]);
const RETRIED: ReadonlySet<UploadState> = new Set(["failed", "refused", "cancelled"]);

/** Whether it may still become a recording by itself or with one more click on resume. */
export function isOpen(upload: Upload): boolean {
  return OPEN.has(upload.state);
}

/** Add files; those that are on their way to the same project already are left out. */
export function added(queue: Queue, fresh: readonly Upload[]): Queue {
  const key = (upload: Upload) => JSON.stringify([upload.projectId, upload.path, upload.size]);
  const there = new Set(queue.filter(isOpen).map(key));
  return [...queue, ...fresh.filter((upload) => !there.has(key(upload)))];
}

/** Which are to be started now, so that `AT_ONCE` are sent at a time, in the order in which they came. */
export function due(queue: Queue): readonly Upload[] {
  const room = AT_ONCE - queue.filter((upload) => upload.state === "sending").length;
  return queue.filter((upload) => upload.state === "waiting").slice(0, Math.max(room, 0));
}

function changed(upload: Upload, event: UploadEvent): Upload {
  switch (event.kind) {
    case "started":
      return upload.state === "waiting" ? { ...upload, state: "sending", error: null } : upload;
    case "paused":
      return upload.state === "sending" || upload.state === "waiting"
        ? { ...upload, state: "paused" }
        : upload;
    case "resumed":
      return upload.state === "paused" ? { ...upload, state: "waiting" } : upload;
    case "retried":
      return RETRIED.has(upload.state) ? { ...upload, state: "waiting", error: null } : upload;
    case "cancelled":
      return isOpen(upload) || upload.state === "failed"
        ? { ...upload, state: "cancelled", sent: 0 }
        : upload;
    case "progress":
      return upload.state === "sending" ? { ...upload, sent: Math.min(event.sent, upload.size) } : upload;
    case "arrived":
      return {
        ...upload,
        state: event.wasThere ? "duplicate" : "done",
        sent: upload.size,
        recordingId: event.recordingId,
        error: null,
      };
    case "failed":
      return upload.state === "sending" || upload.state === "waiting"
        ? { ...upload, state: event.final ? "refused" : "failed", error: event.error }
        : upload;
    case "unreadable":
      return { ...upload, state: "refused", error: event.error };
  }
}

/** The queue after something happened. */
export function happened(queue: Queue, event: UploadEvent): Queue {
  const mine = (upload: Upload) =>
    event.kind === "unreadable" ? upload.recordingId === event.recordingId : upload.id === event.id;
  return queue.map((upload) => (mine(upload) ? changed(upload, event) : upload));
}

/** Whether a recording was there before this file came: it is older than the upload, or another file became it. */
export function wasThere(queue: Queue, id: string, uploadId: string, recordingId: string): boolean {
  // The server's identifiers sort by time.
  return (
    recordingId < uploadId || queue.some((other) => other.id !== id && other.recordingId === recordingId)
  );
}

export interface Totals {
  readonly count: number;
  readonly ended: number;
  readonly arrived: number;
  readonly troubled: number;
  readonly sending: number;
  readonly waiting: number;
  readonly paused: number;
  /** Bytes of what was neither cancelled nor refused. */
  readonly size: number;
  readonly sent: number;
}

export function totalsOf(queue: Queue): Totals {
  const number = (...states: UploadState[]) => queue.filter((upload) => states.includes(upload.state)).length;
  const counted = queue.filter((upload) => upload.state !== "cancelled" && upload.state !== "refused");
  return {
    count: queue.length,
    ended: queue.filter((upload) => !isOpen(upload)).length,
    arrived: number("done", "duplicate"),
    troubled: number("failed", "refused"),
    sending: number("sending"),
    waiting: number("waiting"),
    paused: number("paused"),
    size: counted.reduce((sum, upload) => sum + upload.size, 0),
    sent: counted.reduce((sum, upload) => sum + upload.sent, 0),
  };
}
