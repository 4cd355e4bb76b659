/** The uploads of this page: they go on while one looks at other parts of it. */
import { computed, effect, signal } from "@preact/signals";
import { onEvents } from "../../api/events";
import type { Chosen } from "./media";
import {
  added,
  due,
  isOpen,
  type Queue,
  happened as queueAfter,
  totalsOf,
  type Upload,
  type UploadEvent,
  wasThere,
} from "./queue";
import { type Sending, send } from "./sender";
import { type Sample, sampled, speedOf } from "./speed";

export const uploads = signal<Queue>([]);
export const totals = computed(() => totalsOf(uploads.value));
/** Bytes per second. */
export const speed = signal<number | null>(null);
/** Files of folders that were left out, to be sent all the same if somebody wants that. */
export const leftOut = signal<{ readonly projectId: string; readonly files: readonly Chosen[] } | null>(null);

const files = new Map<string, Chosen>();
const running = new Map<string, Sending>();
const progress = new Map<string, number>();
let last = 0;
let samples: readonly Sample[] = [];

function happened(event: UploadEvent): void {
  uploads.value = queueAfter(uploads.value, event);
}

function begin(upload: Upload): void {
  const chosen = files.get(upload.id);
  if (chosen === undefined) return;
  const { id } = upload;
  happened({ kind: "started", id });
  const ended = (event: UploadEvent) => {
    running.delete(id);
    progress.delete(id);
    happened(event);
    startDue();
  };
  running.set(
    id,
    send(chosen.file, chosen.path, upload.projectId, {
      progress: (sent) => progress.set(id, sent),
      arrived: (recordingId, uploadId) =>
        ended({
          kind: "arrived",
          id,
          recordingId,
          wasThere: wasThere(uploads.value, id, uploadId, recordingId),
        }),
      failed: (error, final) => ended({ kind: "failed", id, error, final }),
    }),
  );
}

function startDue(): void {
  for (const upload of due(uploads.value)) begin(upload);
}

/** Send files to a project. */
export function addFiles(projectId: string, chosen: readonly Chosen[]): void {
  const fresh = chosen.map((one): Upload => {
    const id = `upload-${++last}`;
    files.set(id, one);
    const { name, size } = one.file;
    return {
      id,
      projectId,
      name,
      path: one.path,
      size,
      state: "waiting",
      sent: 0,
      error: null,
      recordingId: null,
    };
  });
  uploads.value = added(uploads.value, fresh);
  startDue();
}

function stop(id: string, how: keyof Sending): void {
  running.get(id)?.[how]();
  running.delete(id);
  progress.delete(id);
}

export function pause(id: string): void {
  stop(id, "pause");
  happened({ kind: "paused", id });
  startDue();
}

export function cancel(id: string): void {
  stop(id, "cancel");
  happened({ kind: "cancelled", id });
  startDue();
}

export function resume(id: string): void {
  happened({ kind: "resumed", id });
  startDue();
}

export function retry(id: string): void {
  happened({ kind: "retried", id });
  startDue();
}

const idsOf = (...states: Upload["state"][]) =>
  uploads.value.filter(({ state }) => states.includes(state)).map(({ id }) => id);

export function pauseAll(): void {
  // Those that wait first: else they would begin in the place of those that stop.
  for (const id of [...idsOf("waiting"), ...idsOf("sending")]) pause(id);
}

export function resumeAll(): void {
  for (const id of idsOf("paused")) resume(id);
}

export function cancelAll(): void {
  for (const id of [...idsOf("waiting"), ...idsOf("paused", "failed"), ...idsOf("sending")]) cancel(id);
}

export function retryAll(): void {
  for (const id of idsOf("failed")) retry(id);
}

/** Forget what has ended. */
export function tidy(): void {
  for (const upload of uploads.value) if (!isOpen(upload)) files.delete(upload.id);
  uploads.value = uploads.value.filter(isOpen);
}

/** Take over what was told of progress, four times a second: each change draws the panel anew. */
function tick(): void {
  if (progress.size > 0) {
    let queue = uploads.value;
    for (const [id, sent] of progress) queue = queueAfter(queue, { kind: "progress", id, sent });
    progress.clear();
    uploads.value = queue;
  }
  samples = sampled(samples, { at: Date.now(), sent: totals.value.sent });
  speed.value = speedOf(samples);
}

function warn(event: BeforeUnloadEvent): void {
  event.preventDefault();
}

const busy = computed(() => totals.value.sending + totals.value.waiting > 0);
const any = computed(() => totals.value.count > 0);
const open = computed(() => busy.value || totals.value.paused > 0);

effect(() => {
  samples = [];
  speed.value = null;
  if (!busy.value) return;
  const timer = setInterval(tick, 250);
  return () => clearInterval(timer);
});

effect(() => {
  if (!open.value) return;
  addEventListener("beforeunload", warn);
  return () => removeEventListener("beforeunload", warn);
});

effect(() => {
  if (!any.value) return;
  return onEvents(["recording.failed"], ({ subject_id, data }) =>
    happened({ kind: "unreadable", recordingId: subject_id, error: String(data.error ?? "") }),
  );
});
