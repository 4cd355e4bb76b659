import type { IconNode } from "lucide";
import { CircleCheck, CircleDashed, CircleX, LoaderCircle, OctagonX } from "lucide";
import { formatDuration, formatPercent, type Key, t } from "../i18n";
import { Bar, Icon } from "../ui";
import { type Job, type JobState, secondsToGo } from "./timing";

const SIGNS: Record<JobState, { icon: IconNode; tone: string; word: Key }> = {
  queued: { icon: CircleDashed, tone: "", word: "jobs.queued" },
  running: { icon: LoaderCircle, tone: "badge-accent", word: "jobs.running" },
  done: { icon: CircleCheck, tone: "badge-good", word: "jobs.done" },
  failed: { icon: OctagonX, tone: "badge-bad", word: "jobs.failed" },
  cancelled: { icon: CircleX, tone: "badge-warn", word: "jobs.cancelled" },
};

const KINDS: Record<string, Key> = {
  annotate: "jobs.kindAnnotate",
  transcribe: "jobs.kindTranscribe",
  import: "jobs.kindImport",
  export: "jobs.kindExport",
  archive: "jobs.kindArchive",
  restore_archive: "jobs.kindRestoreArchive",
  watch: "jobs.kindWatch",
  purge: "jobs.kindPurge",
};
export const KIND_NAMES = Object.keys(KINDS);

export const stateWord = (state: JobState) => t(SIGNS[state].word);

/** What is done; kinds that these pages do not know yet are called as the server calls them. */
export function kindWord(kind: string, title = kind): string {
  const key = KINDS[kind];
  return key === undefined ? title : t(key);
}

const STAGES: Record<string, Key> = {
  fetch: "jobs.stageFetch",
  levels: "jobs.stageLevels",
  speech: "jobs.stageSpeech",
  transcript: "jobs.stageTranscript",
  pictures: "jobs.stagePictures",
  list: "jobs.stageList",
  look: "jobs.stageLook",
  rows: "jobs.stageRows",
  media: "jobs.stageMedia",
  export: "jobs.stageExport",
  trash: "jobs.stageTrash",
  project: "jobs.stageProject",
};

/** What a job does now; stages that these pages do not know yet are called as the server calls them. */
export function stageWord(stage: string): string {
  const key = STAGES[stage];
  return key === undefined ? stage : t(key);
}

export function StateBadge({ job }: { job: Job }) {
  const { icon, tone, word } = SIGNS[job.state];
  const ending = job.cancel_requested && job.state === "running";
  return (
    <span class={`badge ${tone}`}>
      <Icon of={icon} size={14} />
      {ending ? t("jobs.ending") : t(word)}
    </span>
  );
}

/** How far a job is and how long it will take; nothing for one that waits or has ended. */
export function Progress({ job, now }: { job: Job; now: number }) {
  if (job.state !== "running") return null;
  const left = secondsToGo(job, now);
  const part = job.progress > 0 ? job.progress : null;
  return (
    <div class="stack-tight">
      <Bar label={t("jobs.progressOf", { name: kindWord(job.kind, job.title) })} value={part} />
      <span class="small soft number">
        {[
          part === null ? null : formatPercent(part),
          job.stage ? stageWord(job.stage) : null,
          left === null ? null : t("jobs.toGo", { time: formatDuration(left) }),
        ]
          .filter((word) => word !== null)
          .join(" · ")}
      </span>
    </div>
  );
}
