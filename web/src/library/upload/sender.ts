/** Sends one file by the tus protocol; what arrived is kept whatever breaks off, for a day. */
import { DetailedError, defaultOptions, type PreviousUpload, Upload as TusUpload } from "tus-js-client";
import { t } from "../../i18n";

const ENDPOINT = "/api/v1/uploads";
/** Pieces that proxies take, and that are no loss to send again. */
const PIECE = 32 * 1024 * 1024;
const RETRY_AFTER_MS = [500, 1000, 3000, 5000, 10_000, 20_000, 30_000];
/** The server forgets uploads that nobody goes on with for so long. */
export const KEPT_MS = 24 * 3600 * 1000;

export interface Told {
  readonly progress: (sent: number) => void;
  /** Recording that it became, and the upload that it was. */
  readonly arrived: (recordingId: string, uploadId: string) => void;
  /** Final: the server will not take it, however often it is sent. */
  readonly failed: (why: string, final: boolean) => void;
}

export interface Sending {
  readonly pause: () => void;
  /** Also delete what came of it on the server. */
  readonly cancel: () => void;
}

function statusOf(error: Error): number {
  return error instanceof DetailedError ? (error.originalResponse?.getStatus() ?? 0) : 0;
}

/** The server's own words where it gave some. */
export function reasonOf(error: Error): string {
  if (!(error instanceof DetailedError)) return error.message;
  try {
    const problem = JSON.parse(error.originalResponse?.getBody() ?? "") as { detail?: unknown };
    if (typeof problem.detail === "string") return problem.detail;
  } catch {
    // No JSON: something between us and the server answered.
  }
  const status = statusOf(error);
  return status === 0 ? t("upload.broke") : t("upload.answered", { status: String(status) });
}

/** Whether trying again may help: nothing answered, or the server is busy or ill. */
export function mayPass(status: number): boolean {
  return (
    status === 0 || status === 409 || status === 423 || status === 429 || status === 460 || status >= 500
  );
}

function fingerprintOf(projectId: string, path: string, file: File): string {
  return ["earmark", projectId, path, file.size, file.lastModified].join("|");
}

function uploadIdOf(url: string | null): string {
  return url?.split("/").at(-1) ?? "";
}

async function goOn(upload: TusUpload): Promise<void> {
  const earlier = await upload.findPreviousUploads().catch(() => []);
  const usable = earlier.filter((one) => Date.now() - Date.parse(one.creationTime) < KEPT_MS);
  const last = usable.at(-1);
  if (last !== undefined) upload.resumeFromPreviousUpload(last);
  upload.start();
}

/** Begin to send a file, or go on where an earlier attempt broke off. */
export function send(file: File, path: string, projectId: string, told: Told): Sending {
  let stopped = false;
  const upload = new TusUpload(file, {
    endpoint: ENDPOINT,
    chunkSize: PIECE,
    retryDelays: RETRY_AFTER_MS,
    removeFingerprintOnSuccess: true,
    metadata: { filename: file.name, project: projectId },
    fingerprint: () => Promise.resolve(fingerprintOf(projectId, path, file)),
    onShouldRetry: (error) => mayPass(statusOf(error)),
    onProgress: (sent) => told.progress(sent),
    onSuccess: ({ lastResponse }) => {
      const recordingId = lastResponse.getHeader("Earmark-Recording");
      if (recordingId) told.arrived(recordingId, uploadIdOf(upload.url));
      else told.failed(t("upload.noRecording"), false);
    },
    onError: (error) => {
      if (!stopped) told.failed(reasonOf(error), !mayPass(statusOf(error)) && statusOf(error) !== 401);
    },
  });
  void goOn(upload);
  return {
    pause: () => {
      stopped = true;
      void upload.abort();
    },
    cancel: () => {
      stopped = true;
      // What cannot be deleted now expires by itself.
      upload.abort(true).catch(() => undefined);
    },
  };
}

/** An upload that a closed page left behind. */
export interface Interrupted {
  readonly name: string;
  readonly projectId: string;
  readonly earlier: PreviousUpload;
}

/** What of a project broke off and can still go on when the same files are chosen again. */
export async function interruptedOf(projectId: string): Promise<readonly Interrupted[]> {
  const all = await defaultOptions.urlStorage.findAllUploads();
  const fresh = all.filter((one) => Date.now() - Date.parse(one.creationTime) < KEPT_MS);
  for (const old of all) {
    if (!fresh.includes(old)) await defaultOptions.urlStorage.removeUpload(old.urlStorageKey);
  }
  const told = fresh.map((earlier) => ({
    name: earlier.metadata.filename ?? "",
    projectId: earlier.metadata.project ?? "",
    earlier,
  }));
  return told.filter((one) => one.projectId === projectId);
}

/** Give up what broke off, here and on the server. */
export async function forget(interrupted: readonly Interrupted[]): Promise<void> {
  for (const { earlier } of interrupted) {
    await defaultOptions.urlStorage.removeUpload(earlier.urlStorageKey);
    if (earlier.uploadUrl) await TusUpload.terminate(earlier.uploadUrl, {}).catch(() => undefined);
  }
}
