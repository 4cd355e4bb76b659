import { Archive } from "lucide";
import { useState } from "preact/hooks";
import { ask, POST } from "../api/client";
import type { SchemaJobAnswer } from "../api/schema";
import { t } from "../i18n";
import { ExportDone, ExportForm } from "../library/ExportDialog";
import { JobProgress } from "../library/JobProgress";
import { useJob } from "../library/useJob";
import { Button, ErrorNotice } from "../ui";
import { Agreement } from "./Agreement";
import { Allowed } from "./Allowed";
import { ImportAnnotations } from "./ImportAnnotations";
import type { TabProps } from "./ProjectSettings";
import styles from "./project.module.css";

function ArchiveSection({ projectId }: { projectId: string }) {
  const [begun, setBegun] = useState<SchemaJobAnswer | null>(null);
  const [error, setError] = useState<unknown>(null);
  const { job } = useJob(begun);
  const begin = async () => {
    setError(null);
    try {
      const params = { path: { project_id: projectId } };
      setBegun(await ask(POST("/api/v1/projects/{project_id}/archive", { params })));
    } catch (failed) {
      setError(failed);
    }
  };
  const goesOn = job !== null && (job.state === "queued" || job.state === "running");
  return (
    <>
      {error !== null && <ErrorNotice error={error} />}
      {job && (
        <JobProgress job={job}>
          <ExportDone job={job} />
        </JobProgress>
      )}
      <div>
        <Button icon={Archive} disabled={goesOn} onClick={() => void begin()}>
          {t("project.archive")}
        </Button>
      </div>
    </>
  );
}

/** Annotations in and out, and the whole project as one file. */
export function ExchangeTab({ view }: TabProps) {
  const { project } = view;
  return (
    <div class={styles.wide}>
      <section class="card stack">
        <h2>{t("project.exportTitle")}</h2>
        <p class="soft">{t("project.exportHint")}</p>
        <ExportForm projectId={project.id} ids={[]} />
      </section>
      <section class="card stack">
        <h2>{t("project.importTitle")}</h2>
        <p class="soft">{t("project.importHint")}</p>
        <Allowed view={view} to="annotate">
          <ImportAnnotations projectId={project.id} />
        </Allowed>
      </section>
      <section class="card stack">
        <h2>{t("project.agreement")}</h2>
        <p class="soft">{t("project.agreementHint")}</p>
        <Agreement projectId={project.id} />
      </section>
      <section class="card stack">
        <h2>{t("project.archiveTitle")}</h2>
        <p class="soft">{t("project.archiveHint")}</p>
        <Allowed view={view} to="manage">
          <ArchiveSection projectId={project.id} />
        </Allowed>
      </section>
    </div>
  );
}
