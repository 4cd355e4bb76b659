import { RotateCw, X } from "lucide";
import { useEffect, useState } from "preact/hooks";
import { ask, GET } from "../api/client";
import { onEvents } from "../api/events";
import { formatDuration, formatMoment, formatNumber, t } from "../i18n";
import {
  Button,
  complain,
  ErrorNotice,
  type Fact,
  Facts,
  SidePanel,
  say,
  TextField,
  useLoaded,
  useNow,
} from "../ui";
import { cancelJob, prioritise, retryJob } from "./actions";
import { JobLog } from "./JobLog";
import { JobResult } from "./JobResult";
import { Concerns, ProjectOf, Who } from "./JobTable";
import { canCancel, canRetry, hasEnded, type Job, jobAfter, runSeconds, speedOf } from "./timing";
import { JOB_EVENTS } from "./useJobs";
import { kindWord, Progress, StateBadge } from "./words";

type Known = Job & { position?: number | null };

function useJob(id: string) {
  const loaded = useLoaded<Known>(
    () => ask(GET("/api/v1/jobs/{job_id}", { params: { path: { job_id: id } } })),
    [id],
  );
  const { data, set, reload } = loaded;
  useEffect(
    () =>
      onEvents(JOB_EVENTS, (event) => {
        // Results do not come with events, and the place in the queue depends on other jobs.
        if (event.subject_id === id && event.kind === "job.progress" && data) set(jobAfter(data, event));
        else if (event.subject_id === id || data?.state === "queued") void reload();
      }),
    [id, data, set, reload],
  );
  return loaded;
}

function place(job: Known): string | null {
  if (job.state !== "queued" || job.position === null || job.position === undefined) return null;
  return job.position === 0 ? t("jobs.nextInLine") : t("jobs.position", { count: job.position });
}

function factsOf(job: Known, now: number): Fact[] {
  const [ran, speed] = [runSeconds(job, now), speedOf(job, now)];
  const moment = (iso: string | null) => iso && formatMoment(iso);
  return [
    [t("jobs.concerns"), <Concerns key="c" job={job} />],
    [t("jobs.project"), job.recording_id && <ProjectOf key="p" job={job} />],
    [t("jobs.who"), <Who key="w" id={job.created_by} />],
    [t("jobs.asked"), formatMoment(job.created_at)],
    [
      t("jobs.notBefore"),
      job.state === "queued" && job.available_at > job.created_at && moment(job.available_at),
    ],
    [t("jobs.begun"), moment(job.started_at)],
    [t("jobs.ended"), moment(job.finished_at)],
    [t("jobs.runTime"), ran === null ? null : formatDuration(ran)],
    [t("jobs.sound"), job.audio_seconds === null ? null : formatDuration(job.audio_seconds)],
    [
      t("jobs.speed"),
      speed && t("jobs.speedTimes", { times: formatNumber(speed, { maximumFractionDigits: 1 }) }),
    ],
    [
      t("jobs.attempt"),
      job.attempt > 0 && t("jobs.attemptOf", { attempt: job.attempt, max: job.max_attempts }),
    ],
  ];
}

function Priority({ job, onChange }: { job: Job; onChange: (job: Job) => void }) {
  const [value, setValue] = useState(String(job.priority));
  const submit = async (event: Event) => {
    event.preventDefault();
    try {
      const changed = await prioritise(job.id, Number(value));
      onChange(changed);
      say(t("jobs.prioritySaved", { priority: changed.priority }));
    } catch (error) {
      complain(error);
    }
  };
  return (
    <form class="row" onSubmit={submit}>
      <TextField
        label={t("jobs.priority")}
        hint={t("jobs.priorityHint")}
        type="number"
        min={-100}
        max={100}
        required
        value={value}
        onValue={setValue}
      />
      <Button type="submit" disabled={Number(value) === job.priority}>
        {t("common.save")}
      </Button>
    </form>
  );
}

function Arguments({ job }: { job: Job }) {
  return (
    <details>
      <summary>{t("jobs.arguments")}</summary>
      <pre class="json">{JSON.stringify(job.arguments, null, 2)}</pre>
    </details>
  );
}

interface Props {
  id: string;
  onChange: (job: Job) => void;
  onClose: () => void;
}

/** One job: where it stands, what it made, what it wrote. */
export function JobPanel({ id, onChange, onClose }: Props) {
  const { data: job, error, reload, set } = useJob(id);
  const now = useNow(1, job !== undefined && !hasEnded(job.state));
  const act = async (run: (id: string) => Promise<Job>) => {
    try {
      const changed = await run(id);
      set(changed);
      onChange(changed);
    } catch (failed) {
      complain(failed);
    }
  };
  return (
    <SidePanel title={job ? kindWord(job.kind, job.title) : t("jobs.job")} onClose={onClose}>
      {error !== null && <ErrorNotice error={error} onRetry={() => void reload()} />}
      {job && (
        <>
          <div class="row-between">
            <div class="row">
              <StateBadge job={job} />
              <span class="soft small">{place(job)}</span>
            </div>
            <div class="row">
              {canCancel(job) && (
                <Button icon={X} onClick={() => void act(cancelJob)}>
                  {t("jobs.cancel")}
                </Button>
              )}
              {canRetry(job) && (
                <Button icon={RotateCw} onClick={() => void act(retryJob)}>
                  {t("jobs.retry")}
                </Button>
              )}
            </div>
          </div>
          <Progress job={job} now={now} />
          {job.error && (
            <div class="notice notice-bad" role="alert">
              {job.error}
            </div>
          )}
          <JobResult job={job} />
          <Facts of={factsOf(job, now)} />
          {job.state === "queued" && <Priority key={job.priority} job={job} onChange={onChange} />}
          <Arguments job={job} />
          <JobLog job={job} />
        </>
      )}
    </SidePanel>
  );
}
