import { useState } from "preact/hooks";
import { ApiError, ask, POST } from "../api/client";
import type { SchemaNewImport } from "../api/schema";
import { t } from "../i18n";
import { Button, Dialog, ErrorNotice, say, TextArea, TextField } from "../ui";
import { JobProgress } from "./JobProgress";
import { useJob } from "./useJob";

type Kind = "urls" | "folder" | "bucket";
const KINDS: readonly Kind[] = ["urls", "folder", "bucket"];
const MOST_URLS = 500;

/** Addresses, one on each line; each once. */
export function parseUrls(text: string): string[] {
  return [
    ...new Set(
      text
        .split("\n")
        .map((line) => line.trim())
        .filter(Boolean),
    ),
  ];
}

function bodyOf(kind: Kind, text: string): SchemaNewImport {
  if (kind === "urls") return { urls: parseUrls(text) };
  return { [kind]: text.trim() };
}

function Where(props: { kind: Kind; text: string; onText: (text: string) => void }) {
  const { kind, text, onText } = props;
  if (kind === "urls") {
    const count = parseUrls(text).length;
    return (
      <TextArea
        rows={6}
        required
        label={t("library.urls")}
        hint={t("library.urlsHint")}
        placeholder="https://example.org/dawn.wav"
        value={text}
        onValue={onText}
        error={count > MOST_URLS ? t("library.urlsMost", { most: MOST_URLS }) : null}
      />
    );
  }
  return (
    <TextField
      required
      label={kind === "folder" ? t("library.serverFolder") : t("library.bucket")}
      hint={kind === "folder" ? t("library.serverFolderHint") : t("library.bucketHint")}
      placeholder={kind === "folder" ? "/srv/field/2026" : "s3://field/2026"}
      value={text}
      onValue={onText}
    />
  );
}

function Refused({ error, kind }: { error: unknown; kind: Kind }) {
  const closed = kind !== "urls" && error instanceof ApiError && error.status === 403;
  return (
    <>
      <ErrorNotice error={error} />
      {closed && (
        <p class="notice notice-warn">
          <span>
            {t("library.notOpened")} <code>EARMARK_IMPORT_FOLDERS=/srv/field,s3://field</code>
          </span>
        </p>
      )}
    </>
  );
}

/** Have the server fetch recordings from elsewhere. */
export function ImportDialog({ projectId, onClose }: { projectId: string; onClose: () => void }) {
  const [kind, setKind] = useState<Kind>("urls");
  const [text, setText] = useState("");
  const [jobId, setJobId] = useState<string | null>(null);
  const [error, setError] = useState<unknown>(null);
  const [busy, setBusy] = useState(false);
  const { job } = useJob(jobId);
  const words = {
    urls: t("library.fromUrls"),
    folder: t("library.fromFolder"),
    bucket: t("library.fromBucket"),
  };
  const choose = (chosen: Kind) => {
    setKind(chosen);
    setText("");
    setError(null);
    setJobId(null);
  };
  const begin = async (event: Event) => {
    event.preventDefault();
    setBusy(true);
    setError(null);
    const params = { path: { project_id: projectId } };
    try {
      const body = bodyOf(kind, text);
      const begun = await ask(POST("/api/v1/projects/{project_id}/imports", { params, body }));
      setJobId(begun.job_id);
      if (begun.job_id === null) {
        say(t("library.fetching", { count: begun.recordings.length }));
        onClose();
      }
    } catch (failed) {
      setError(failed);
    } finally {
      setBusy(false);
    }
  };
  const found = job?.result?.found;
  return (
    <Dialog title={t("library.importTitle")} onClose={onClose}>
      <div class="tabs" role="tablist">
        {KINDS.map((one) => (
          <button key={one} type="button" role="tab" aria-selected={kind === one} onClick={() => choose(one)}>
            {words[one]}
          </button>
        ))}
      </div>
      <form class="stack" onSubmit={begin}>
        <Where {...{ kind, text }} onText={setText} />
        {error !== null && <Refused {...{ error, kind }} />}
        {job && (
          <JobProgress job={job}>
            {typeof found === "number" && t("library.found", { count: found })}
          </JobProgress>
        )}
        <div class="dialog-actions">
          <Button onClick={onClose}>{job ? t("common.close") : t("common.cancel")}</Button>
          <Button type="submit" kind="primary" disabled={busy || (job !== null && job.state !== "failed")}>
            {t("library.import")}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
