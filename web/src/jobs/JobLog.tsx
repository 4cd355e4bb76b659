import { Download } from "lucide";
import { useCallback, useEffect, useRef, useState } from "preact/hooks";
import { ask, GET } from "../api/client";
import { language, t } from "../i18n";
import { Button, CopyButton, complain, ErrorNotice } from "../ui";
import styles from "./jobs.module.css";
import { type LogLine, textOf, withLines } from "./log";
import { hasEnded, type Job } from "./timing";

/** Seconds between two looks at the log of a job that runs. */
const PATIENCE = 3;
const LINES = 200;

async function readPage(id: string, cursor: string | undefined) {
  const query = { limit: LINES, cursor };
  return ask(GET("/api/v1/jobs/{job_id}/log", { params: { path: { job_id: id }, query } }));
}

async function readAll(id: string): Promise<string> {
  let lines: LogLine[] = [];
  let cursor: string | null = null;
  do {
    const page: { items: LogLine[]; next: string | null } = await readPage(id, cursor ?? undefined);
    lines = withLines(lines, page.items);
    cursor = page.next;
  } while (cursor !== null);
  return textOf(lines);
}

function useLog(id: string, live: boolean) {
  const [lines, setLines] = useState<readonly LogLine[]>([]);
  const [next, setNext] = useState<string | null>(null);
  const [error, setError] = useState<unknown>(null);
  // The last page is read again and again: the server gives no cursor beyond it.
  const at = useRef<string | undefined>(undefined);
  const read = useCallback(
    async (cursor: string | undefined) => {
      try {
        const page = await readPage(id, cursor);
        at.current = cursor;
        setLines((known) => withLines(known, page.items));
        setNext(page.next);
        setError(null);
      } catch (failed) {
        setError(failed);
      }
    },
    [id],
  );
  useEffect(() => {
    void read(at.current);
    if (!live) return;
    const timer = setInterval(() => void read(at.current), PATIENCE * 1000);
    return () => clearInterval(timer);
  }, [read, live]);
  const more = next === null ? null : () => void read(next);
  return { lines, more, error, retry: () => void read(at.current) };
}

const TONES: Record<string, string | undefined> = {
  WARNING: styles.warning,
  ERROR: styles.error,
  CRITICAL: styles.error,
};

function Line({ line }: { line: LogLine }) {
  const time = new Intl.DateTimeFormat(language.value, { timeStyle: "medium" }).format(new Date(line.at));
  return (
    <li class={TONES[line.level] ?? ""}>
      <time dateTime={line.at} title={line.at}>
        {time}
      </time>{" "}
      {line.level !== "INFO" && <b>{line.level} </b>}
      {line.message}
    </li>
  );
}

async function save(id: string): Promise<void> {
  const url = URL.createObjectURL(new Blob([await readAll(id)], { type: "text/plain" }));
  const link = document.createElement("a");
  link.href = url;
  link.download = `job-${id}.log`;
  link.click();
  URL.revokeObjectURL(url);
}

/** What a job wrote while it ran; new lines appear as they come. */
export function JobLog({ job }: { job: Job }) {
  const live = !hasEnded(job.state);
  const { lines, more, error, retry } = useLog(job.id, live);
  return (
    <section class="stack" aria-label={t("jobs.log")}>
      <div class="row-between">
        <h3>{t("jobs.log")}</h3>
        {lines.length > 0 && (
          <div class="row">
            <CopyButton text={() => readAll(job.id)} label={t("jobs.copyLog")} />
            <Button icon={Download} onClick={() => save(job.id).catch(complain)}>
              {t("jobs.downloadLog")}
            </Button>
          </div>
        )}
      </div>
      {error !== null && <ErrorNotice error={error} onRetry={retry} />}
      {lines.length === 0 ? (
        <p class="soft">{t("jobs.logEmpty")}</p>
      ) : (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reached by keys
        <div class={styles.log} role="log" tabIndex={0}>
          <ol>
            {lines.map((line) => (
              <Line key={line.number} line={line} />
            ))}
          </ol>
        </div>
      )}
      {live && <p class="soft small">{t("jobs.live")}</p>}
      {more && (
        <div>
          <Button onClick={more}>{t("jobs.logMore")}</Button>
        </div>
      )}
    </section>
  );
}
