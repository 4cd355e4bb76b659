import { Mic, PenLine, RotateCw } from "lucide";
import { useEffect, useState } from "preact/hooks";
import { ask, GET, POST } from "../api/client";
import type { SchemaJobAnswer } from "../api/schema";
import { newId } from "../editor/model/segments";
import { t } from "../i18n";
import { JobProgress } from "../library/JobProgress";
import { useJob } from "../library/useJob";
import { Button, complain, Empty, ErrorNotice, useLoaded } from "../ui";
import { look, whenLoaded, withSpeechOf } from "./choose";
import type { Desk } from "./Desk";
import styles from "./transcript.module.css";
import { beginTyping, insert } from "./write";

/** Engines that make text. */
const TRANSCRIBERS = ["whisper", "pocketsphinx"] as const;

/** The job that listens to the recording now, if there is one. */
async function underway(recordingId: string): Promise<SchemaJobAnswer | null> {
  const query = { recording_id: recordingId, kind: "annotate", limit: 1 };
  const [job] = (await ask(GET("/api/v1/jobs", { params: { query } }))).items;
  return job && (job.state === "queued" || job.state === "running") ? job : null;
}

async function listen(desk: Desk, engine: string): Promise<SchemaJobAnswer> {
  const { recording, project } = desk.work.subject;
  const { job_ids } = await ask(
    POST("/api/v1/projects/{project_id}/jobs", {
      params: { path: { project_id: project.id }, header: { "Idempotency-Key": newId() } },
      body: { recording_ids: [recording.id], pipeline: { engine }, priority: 10 },
    }),
  );
  const job_id = job_ids[0] ?? "";
  return ask(GET("/api/v1/jobs/{job_id}", { params: { path: { job_id } } }));
}

/** Begin to type: in the lines where a machine heard speech, or in a first one. */
async function beginOwn(desk: Desk): Promise<void> {
  const { work } = desk;
  if (work.layers.active.value === null) await work.begin(withSpeechOf(desk)?.id ?? null);
  const own = work.layers.active.value;
  if (own === null) return;
  await whenLoaded(own);
  desk.chosenId.value = own.id;
  const first = desk.lines.value[0];
  if (first) beginTyping(desk, first.id, 0);
  else insert(desk);
}

/** What stands where nothing is transcribed yet: have it done by a machine, or begin to type. */
export function NoText({ desk }: { desk: Desk }) {
  const { rights, recording, project } = desk.work.subject;
  const found = useLoaded(() => underway(recording.id), [recording.id]);
  const [begun, setBegun] = useState<SchemaJobAnswer | null>(null);
  const [busy, setBusy] = useState(false);
  const { job } = useJob(begun ?? found.data ?? null);
  useEffect(() => {
    if (job?.state === "done") void look(desk).catch(complain);
  }, [job?.state]);
  const begin = async (engine: string) => {
    setBusy(true);
    try {
      setBegun(await listen(desk, engine));
    } catch (error) {
      complain(error);
    } finally {
      setBusy(false);
    }
  };
  const type = async () => {
    setBusy(true);
    await beginOwn(desk);
    setBusy(false);
  };
  const own = project.pipeline.engine;
  const engines = [...TRANSCRIBERS].sort((a, b) => Number(b === own) - Number(a === own));
  const missing =
    job?.state === "done" && Array.isArray(job.result?.missing) ? job.result.missing.map(String) : [];
  const isWaiting = job !== null && (job.state === "queued" || job.state === "running");
  return (
    <Empty title={t("transcript.emptyTitle")}>
      <p>{t("transcript.emptyText")}</p>
      {found.error !== null && <ErrorNotice error={found.error} onRetry={() => void found.reload()} />}
      {job && (
        <div class="stack">
          <JobProgress job={job}>
            <span>{t("transcript.listened")}</span>
            {missing.map((word) => (
              <span key={word}>{word}</span>
            ))}
          </JobProgress>
        </div>
      )}
      {!isWaiting && (
        <div class={`row ${styles.ways}`}>
          {rights.manage &&
            engines.map((engine, n) => (
              <Button
                key={engine}
                kind={n === 0 ? "primary" : "normal"}
                icon={job?.state === "failed" ? RotateCw : Mic}
                disabled={busy}
                onClick={() => void begin(engine)}
              >
                {t(`transcript.by_${engine}`)}
              </Button>
            ))}
          {rights.annotate && (
            <Button icon={PenLine} disabled={busy} onClick={() => void type()}>
              {t("transcript.typeOwn")}
            </Button>
          )}
        </div>
      )}
      <p class="small">{t(rights.manage ? "transcript.engineHint" : "transcript.askManager")}</p>
    </Empty>
  );
}
