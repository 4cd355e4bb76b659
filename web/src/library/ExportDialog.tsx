import { Download } from "lucide";
import { useState } from "preact/hooks";
import { ask, GET, POST } from "../api/client";
import type { SchemaFormatAnswer, SchemaJobAnswer, SchemaWhich } from "../api/schema";
import { formatBytes, t } from "../i18n";
import { Button, Check, Dialog, ErrorNotice, LinkButton, SelectField, useLoaded } from "../ui";
import { JobProgress } from "./JobProgress";
import styles from "./recordings.module.css";
import { useJob } from "./useJob";

interface Props {
  projectId: string;
  /** Recordings to export; all of the project where there are none. */
  ids: readonly string[];
  onClose: () => void;
}

function FormatChoice(props: {
  formats: readonly SchemaFormatAnswer[];
  chosen: ReadonlySet<string>;
  onToggle: (name: string) => void;
}) {
  return (
    <fieldset class={styles.formats}>
      <legend>{t("library.formats")}</legend>
      {props.formats
        .filter(({ writes }) => writes)
        .map(({ name, title, suffixes }) => (
          <Check
            key={name}
            label={`${title} (${suffixes[0] ?? ""})`}
            checked={props.chosen.has(name)}
            onValue={() => props.onToggle(name)}
          />
        ))}
    </fieldset>
  );
}

export function ExportDone({ job }: { job: SchemaJobAnswer }) {
  const { size, annotations } = job.result ?? {};
  return (
    <div class="row-between">
      <span>
        {typeof annotations === "number" && `${t("library.exported", { count: annotations })} · `}
        {typeof size === "number" && formatBytes(size)}
      </span>
      <LinkButton kind="primary" icon={Download} href={`/api/v1/jobs/${job.id}/result`} download>
        {t("common.download")}
      </LinkButton>
    </div>
  );
}

/** Choose formats and which annotations, wait for the job, download what it made. */
export function ExportForm({ projectId, ids }: Omit<Props, "onClose">) {
  const formats = useLoaded(() => ask(GET("/api/v1/formats")), []);
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set(["json"]));
  const [which, setWhich] = useState<SchemaWhich>("best");
  const [begun, setBegun] = useState<SchemaJobAnswer | null>(null);
  const [error, setError] = useState<unknown>(null);
  const { job } = useJob(begun);
  const toggle = (name: string) => {
    const after = new Set(chosen);
    if (!after.delete(name)) after.add(name);
    setChosen(after);
  };
  const begin = async (event: Event) => {
    event.preventDefault();
    setError(null);
    setBegun(null);
    const body = { formats: [...chosen], which, recording_ids: [...ids] };
    const params = { path: { project_id: projectId } };
    try {
      setBegun(await ask(POST("/api/v1/projects/{project_id}/exports", { params, body })));
    } catch (failed) {
      setError(failed);
    }
  };
  return (
    <form class="stack" onSubmit={begin}>
      {formats.error !== null && <ErrorNotice error={formats.error} onRetry={formats.reload} />}
      {formats.data && <FormatChoice formats={formats.data} chosen={chosen} onToggle={toggle} />}
      <SelectField
        label={t("library.which")}
        value={which}
        choices={[
          { value: "best", label: t("library.whichBest") },
          { value: "all", label: t("library.whichAll") },
        ]}
        onValue={(value) => setWhich(value === "all" ? "all" : "best")}
      />
      {error !== null && <ErrorNotice error={error} />}
      {job && (
        <JobProgress job={job}>
          <ExportDone job={job} />
        </JobProgress>
      )}
      <div class="dialog-actions">
        <Button
          type="submit"
          kind={job?.state === "done" ? "normal" : "primary"}
          disabled={chosen.size === 0}
        >
          {t("library.export")}
        </Button>
      </div>
    </form>
  );
}

export function ExportDialog({ projectId, ids, onClose }: Props) {
  return (
    <Dialog title={t("library.exportCount", { count: ids.length })} onClose={onClose}>
      <ExportForm {...{ projectId, ids }} />
    </Dialog>
  );
}
