import { FileUp } from "lucide";
import { useState } from "preact/hooks";
import type { SchemaJobAnswer } from "../api/schema";
import { formatBytes, t } from "../i18n";
import { Bar, Button, Dialog, ErrorNotice, LinkButton } from "../ui";
import { JobProgress } from "./JobProgress";
import { type Sent, sendFile } from "./sendFile";
import { pick } from "./upload/pick";
import { useJob } from "./useJob";

interface Sending {
  readonly file: File;
  readonly share: number;
  readonly sent: Sent<SchemaJobAnswer>;
}

/** Take in the archive of a project. */
export function ImportArchive({ onClose }: { onClose: () => void }) {
  const [sending, setSending] = useState<Sending | null>(null);
  const [begun, setBegun] = useState<SchemaJobAnswer | null>(null);
  const [error, setError] = useState<unknown>(null);
  const { job } = useJob(begun);
  const send = async (file: File) => {
    setError(null);
    setBegun(null);
    const onProgress = (share: number) => setSending((now) => now && { ...now, share });
    const sent = sendFile<SchemaJobAnswer>("/api/v1/projects/import-archive", file, onProgress);
    setSending({ file, share: 0, sent });
    try {
      setBegun(await sent.answer);
    } catch (failed) {
      if (!(failed instanceof DOMException)) setError(failed);
    } finally {
      setSending(null);
    }
  };
  const close = () => {
    sending?.sent.cancel();
    onClose();
  };
  const projectId = job?.result?.project_id;
  return (
    <Dialog title={t("library.importArchive").replace("…", "")} onClose={close}>
      <p class="soft">{t("library.importArchiveHint")}</p>
      {error !== null && <ErrorNotice error={error} />}
      {sending && (
        <div class="stack-tight" role="status">
          <span>
            {sending.file.name} · {formatBytes(sending.file.size)}
          </span>
          <Bar label={sending.file.name} value={sending.share} />
        </div>
      )}
      {job && (
        <JobProgress job={job}>
          {typeof projectId === "string" && (
            <LinkButton kind="primary" href={`/projects/${projectId}`}>
              {t("common.open")}
            </LinkButton>
          )}
        </JobProgress>
      )}
      <div class="dialog-actions">
        <Button onClick={close}>{job ? t("common.close") : t("common.cancel")}</Button>
        <Button
          kind={job ? "normal" : "primary"}
          icon={FileUp}
          disabled={sending !== null}
          onClick={() => pick("files", ([first]) => first && void send(first.file))}
        >
          {t("library.chooseArchive")}
        </Button>
      </div>
    </Dialog>
  );
}
