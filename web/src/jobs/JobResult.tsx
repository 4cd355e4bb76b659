import { AudioLines, Download, FolderOpen } from "lucide";
import { t } from "../i18n";
import { LinkButton, Name } from "../ui";
import type { Job } from "./timing";

const text = (value: unknown) => (typeof value === "string" ? value : null);
const number = (value: unknown) => (typeof value === "number" ? value : null);

function Missing({ of }: { of: unknown }) {
  if (!Array.isArray(of) || of.length === 0) return null;
  return (
    <div class="notice notice-warn">
      <div class="stack-tight">
        <strong>{t("jobs.missing")}</strong>
        {of.map((one) => (
          <span key={String(one)}>{typeof one === "string" ? one : JSON.stringify(one)}</span>
        ))}
      </div>
    </div>
  );
}

/** What a job made, and the way there. */
export function JobResult({ job }: { job: Job }) {
  const result = job.result;
  if (job.state !== "done" || result === null) return null;
  const annotation = text(result.annotation_id);
  const recording = text(result.recording_id) ?? job.recording_id;
  const project = text(result.project_id);
  const segments = number(result.segments);
  return (
    <section class="stack" aria-label={t("jobs.result")}>
      <Missing of={result.missing} />
      {result.duplicate === true && <span class="soft">{t("jobs.duplicate")}</span>}
      <div class="row">
        {text(result.file) && (
          <LinkButton kind="primary" icon={Download} href={`/api/v1/jobs/${job.id}/result`} download>
            {text(result.name) ?? t("jobs.downloadResult")}
          </LinkButton>
        )}
        {annotation && recording && (
          <LinkButton icon={AudioLines} href={`/recordings/${recording}?annotation=${annotation}`}>
            {t("jobs.openAnnotation")}
          </LinkButton>
        )}
        {!annotation && recording && (
          <LinkButton icon={AudioLines} href={`/recordings/${recording}`}>
            {t("jobs.openRecording")}
          </LinkButton>
        )}
        {project && (
          <LinkButton icon={FolderOpen} href={`/projects/${project}`}>
            <Name kind="project" id={project} link={false} />
          </LinkButton>
        )}
        {segments !== null && <span class="soft">{t("jobs.segments", { count: segments })}</span>}
      </div>
    </section>
  );
}
