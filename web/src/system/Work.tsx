import { CircleAlert, LoaderCircle } from "lucide";
import { formatAgo, formatPercent, t } from "../i18n";
import { kindWord, stageWord } from "../jobs/words";
import { Bar, Facts, Icon, Name } from "../ui";
import styles from "./system.module.css";
import type { SystemState } from "./useSystem";

type Worker = SystemState["workers"][number];

function WorkerView({ worker }: { worker: Worker }) {
  const silent = worker.state === "silent";
  const doing = [kindWord(worker.kind), stageWord(worker.stage)].filter(Boolean).join(" · ");
  return (
    <li class="stack-tight">
      <div class="row-between">
        <span class="mono small">{worker.name}</span>
        <span class={`badge ${silent ? "badge-warn" : "badge-accent"}`}>
          <Icon of={silent ? CircleAlert : LoaderCircle} size={14} />
          {t(silent ? "system.silent" : "system.working")}
        </span>
      </div>
      <div class="row">
        <a href={`/jobs/${worker.job_id}`}>{doing}</a>
        {worker.recording_id && <Name kind="recording" id={worker.recording_id} />}
        <span class="soft small">{worker.since && formatAgo(worker.since)}</span>
      </div>
      <Bar label={doing} value={worker.progress > 0 ? worker.progress : null} />
      <span class="soft small number">{formatPercent(worker.progress)}</span>
    </li>
  );
}

/** What waits, what runs, and who does it. */
export function Work({ system }: { system: SystemState }) {
  const { queue, workers } = system;
  const who =
    queue.kind === "celery" ? "Celery" : t("system.localWorkers", { count: queue.local_workers ?? 0 });
  return (
    <section class="card stack" aria-label={t("system.queue")}>
      <h2>{t("system.queue")}</h2>
      <Facts
        of={[
          [
            t("system.queued"),
            <a key="q" href="/jobs?state=queued">
              {t("system.jobs", { count: queue.queued })}
            </a>,
          ],
          [
            t("system.running"),
            <a key="r" href="/jobs?state=running">
              {t("system.jobs", { count: queue.running })}
            </a>,
          ],
          [t("system.longest"), queue.waiting_since && formatAgo(queue.waiting_since)],
          [t("system.who"), who],
        ]}
      />
      {workers.length === 0 && <p class="soft">{t("system.idle")}</p>}
      <ul class={styles.workers}>
        {workers.map((worker) => (
          <WorkerView key={worker.name} worker={worker} />
        ))}
      </ul>
    </section>
  );
}
