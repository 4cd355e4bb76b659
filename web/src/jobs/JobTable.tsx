import { RotateCw, X } from "lucide";
import { formatAgo, formatDuration, formatMoment, t } from "../i18n";
import { addressOf, type Column, IconButton, Name, type Sorting, Table, useNow, useQuery } from "../ui";
import styles from "./jobs.module.css";
import { canCancel, canRetry, hasEnded, type Job, runSeconds } from "./timing";
import { kindWord, Progress, StateBadge } from "./words";

/** A link by the name that came with the job; by the end of its identifier where the thing is gone. */
function Linked({ page, id, name }: { page: string; id: string; name: string | null }) {
  return <a href={`/${page}/${id}`}>{name ?? <span class="mono small">{id.slice(-6)}</span>}</a>;
}

export function ProjectOf({ job }: { job: Job }) {
  if (job.project_id === null) return null;
  return <Linked page="projects" id={job.project_id} name={job.project_name} />;
}

/** The recording or the project that a job works on, or the file that a program sent. */
export function Concerns({ job }: { job: Job }) {
  if (job.recording_id) return <Linked page="recordings" id={job.recording_id} name={job.recording_name} />;
  if (job.project_id) return <ProjectOf job={job} />;
  if (job.kind === "transcribe") {
    const { name } = job.arguments;
    return <span class="truncate">{typeof name === "string" ? name : t("jobs.aFile")}</span>;
  }
  return <span class="soft">{t("jobs.server")}</span>;
}

export function Who({ id }: { id: string | null }) {
  return id === null ? <span class="soft">{t("jobs.earmark")}</span> : <Name kind="user" id={id} />;
}

function When({ iso, now }: { iso: string; now: number }) {
  return (
    <time class="number" dateTime={iso} title={formatMoment(iso)}>
      {formatAgo(iso, now)}
    </time>
  );
}

function ran(job: Job, now: number): string {
  const seconds = runSeconds(job, now);
  if (seconds === null) return "";
  return seconds < 10 ? `${seconds.toFixed(1)} s` : formatDuration(seconds);
}

/** When a job ended, and how long it ran; how long it runs so far. */
function Ended({ job, now }: { job: Job; now: number }) {
  const time = ran(job, now);
  return (
    <div>
      {job.finished_at && <When iso={job.finished_at} now={now} />}
      {time && (
        <div class="soft small number" title={t("jobs.runTime")}>
          {time}
        </div>
      )}
    </div>
  );
}

interface Actions {
  onCancel: (job: Job) => void;
  onRetry: (job: Job) => void;
}

function columnsOf(now: number, query: Readonly<Record<string, string>>, actions: Actions): Column<Job>[] {
  return [
    {
      key: "state",
      sort: "state",
      title: t("jobs.state"),
      cell: (job) => (
        <div class={`stack-tight ${styles.state}`}>
          <span>
            <StateBadge job={job} />
          </span>
          <Progress job={job} now={now} />
        </div>
      ),
    },
    {
      key: "job",
      title: t("jobs.job"),
      cell: (job) => <a href={addressOf(`/jobs/${job.id}`, query)}>{kindWord(job.kind, job.title)}</a>,
    },
    {
      key: "concerns",
      title: t("jobs.concerns"),
      cell: (job) => (
        <span class={styles.concerns}>
          <Concerns job={job} />
        </span>
      ),
    },
    {
      key: "project",
      title: t("jobs.project"),
      wide: true,
      cell: (job) => <ProjectOf job={job} />,
    },
    {
      key: "priority",
      sort: "priority",
      title: t("jobs.priority"),
      end: true,
      wide: true,
      cell: (job) => job.priority,
    },
    { key: "who", title: t("jobs.who"), wide: true, cell: (job) => <Who id={job.created_by} /> },
    {
      key: "when",
      sort: "created_at",
      title: t("jobs.asked"),
      wide: true,
      cell: (job) => <When iso={job.created_at} now={now} />,
    },
    {
      key: "ended",
      sort: "finished_at",
      title: t("jobs.ended"),
      wide: true,
      cell: (job) => <Ended job={job} now={now} />,
    },
    {
      key: "actions",
      title: "",
      end: true,
      cell: (job) =>
        canCancel(job) ? (
          <IconButton icon={X} label={t("jobs.cancel")} onClick={() => actions.onCancel(job)} />
        ) : canRetry(job) ? (
          <IconButton icon={RotateCw} label={t("jobs.retry")} onClick={() => actions.onRetry(job)} />
        ) : null,
    },
  ];
}

interface Props extends Actions {
  jobs: readonly Job[];
  sorting: Sorting;
  onSort: (sorting: Sorting) => void;
  selection: {
    ids: ReadonlySet<string>;
    onToggle: (id: string, extend: boolean) => void;
    onAll: (all: boolean) => void;
  };
}

export function JobTable({ jobs, selection, sorting, onSort, ...actions }: Props) {
  const [query] = useQuery();
  const now = useNow(
    1,
    jobs.some((job) => !hasEnded(job.state)),
  );
  return (
    <Table
      label={t("jobs.list")}
      columns={columnsOf(now, query, actions)}
      rows={jobs}
      keyOf={(job) => job.id}
      nameOf={(job) => kindWord(job.kind, job.title)}
      sorting={sorting}
      onSort={onSort}
      selection={selection}
    />
  );
}
