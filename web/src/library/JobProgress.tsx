import { CircleAlert, CircleCheck } from "lucide";
import type { ComponentChildren } from "preact";
import { ask, POST } from "../api/client";
import type { SchemaJobAnswer } from "../api/schema";
import { formatDuration, formatPercent, t } from "../i18n";
import { Bar, Button, complain, Icon } from "../ui";
import { hasEnded } from "./useJob";

async function cancel(job: SchemaJobAnswer): Promise<void> {
  await ask(POST("/api/v1/jobs/{job_id}/cancel", { params: { path: { job_id: job.id } } }));
}

/** How far a job is, with a way to end it; `children` stand there once it is done. */
export function JobProgress({ job, children }: { job: SchemaJobAnswer; children?: ComponentChildren }) {
  if (job.state === "done") {
    return (
      <div class="notice notice-good" role="status">
        <Icon of={CircleCheck} />
        <div class="grow stack">{children}</div>
      </div>
    );
  }
  if (hasEnded(job)) {
    return (
      <div class="notice notice-bad" role="alert">
        <Icon of={CircleAlert} />
        <div class="grow stack-tight">
          <strong>{job.state === "failed" ? t("library.jobFailed") : t("library.jobCancelled")}</strong>
          {job.error && <span>{job.error}</span>}
          <a href={`/jobs/${job.id}`}>{t("library.seeJob")}</a>
        </div>
      </div>
    );
  }
  const running = job.state === "running";
  const eta = job.eta === null ? "" : ` · ${t("upload.left", { time: formatDuration(job.eta) })}`;
  return (
    <div class="stack" role="status">
      <div class="row-between">
        <span>
          {running ? `${formatPercent(job.progress)}${eta}` : t("library.queuedFor", { what: job.title })}
        </span>
        <Button onClick={() => cancel(job).catch(complain)}>{t("common.cancel")}</Button>
      </div>
      <Bar label={job.title} value={running && job.progress > 0 ? job.progress : null} />
    </div>
  );
}
