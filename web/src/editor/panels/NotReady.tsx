import { useEffect, useState } from "preact/hooks";
import { ask, GET, POST } from "../../api/client";
import { onEvents } from "../../api/events";
import type { SchemaJobAnswer, SchemaRecordingAnswer } from "../../api/schema";
import { t } from "../../i18n";
import { stageWord } from "../../jobs/words";
import { Bar, Button, complain, Empty, LinkButton } from "../../ui";

interface Props {
  recording: SchemaRecordingAnswer;
  onChanged: () => void;
}

async function jobOf(recordingId: string): Promise<SchemaJobAnswer | undefined> {
  const query = { recording_id: recordingId, limit: 1 };
  return (await ask(GET("/api/v1/jobs", { params: { query } }))).items[0];
}

/** A recording that cannot be shown yet, or not at all: why, how far it is, and what to do. */
export function NotReady({ recording, onChanged }: Props) {
  const [job, setJob] = useState<SchemaJobAnswer>();
  useEffect(() => {
    const look = () => void jobOf(recording.id).then(setJob, () => {});
    look();
    const stopJobs = onEvents(
      ["job.progress", "job.queued", "job.started", "job.retried", "job.failed"],
      (event) => {
        if (event.data.recording_id === recording.id) look();
      },
    );
    const stop = onEvents(["recording.imported", "recording.failed", "recording.updated"], (event) => {
      if (event.subject_id === recording.id) onChanged();
    });
    return () => {
      stopJobs();
      stop();
    };
  }, [recording.id]);
  const isFailed = recording.state === "failed" || job?.state === "failed";
  const retry = () => {
    if (!job) return;
    const path = { job_id: job.id };
    ask(POST("/api/v1/jobs/{job_id}/retry", { params: { path } })).then(onChanged, complain);
  };
  return (
    <div class="page">
      <h1>{recording.name}</h1>
      <Empty
        title={t(
          recording.deleted_at ? "editor.inTrash" : isFailed ? "editor.failed" : "editor.waitingImport",
        )}
      >
        {recording.error && <p>{recording.error}</p>}
        {!isFailed && !recording.deleted_at && (
          <p>{job?.stage ? stageWord(job.stage) : t("editor.waitingHint")}</p>
        )}
        {!isFailed && !recording.deleted_at && (
          <div style={{ width: "min(420px, 100%)" }}>
            <Bar label={t("editor.waitingImport")} value={job?.state === "running" ? job.progress : null} />
          </div>
        )}
        <div class="row">
          {isFailed && job && <Button onClick={retry}>{t("common.retry")}</Button>}
          {job && <LinkButton href={`/jobs/${job.id}`}>{t("editor.toJob")}</LinkButton>}
          <LinkButton href={`/projects/${recording.project_id}`}>{t("editor.toProject")}</LinkButton>
        </div>
      </Empty>
    </div>
  );
}
