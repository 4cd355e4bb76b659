import { CircleAlert, CircleCheck, FileUp } from "lucide";
import { useState } from "preact/hooks";
import { ask, GET } from "../api/client";
import type { SchemaAnnotationAnswer, SchemaRecordingAnswer } from "../api/schema";
import { t } from "../i18n";
import { sendFile } from "../library/sendFile";
import { pick } from "../library/upload/pick";
import { Button, Check, Icon, Table, useLoaded, wordsOf } from "../ui";
import { fitting, searchFor } from "./matching";

interface Line {
  readonly file: string;
  readonly recording: SchemaRecordingAnswer | null;
  readonly segments: number | null;
  readonly error: string | null;
}

async function candidatesFor(projectId: string, file: string, endings: readonly string[]) {
  const query = { q: searchFor(file, endings), limit: 100 };
  const params = { path: { project_id: projectId }, query };
  const page = await ask(GET("/api/v1/projects/{project_id}/recordings", { params }));
  return fitting(file, page.items, endings);
}

async function importOne(
  projectId: string,
  file: File,
  endings: readonly string[],
  mine: boolean,
): Promise<Line> {
  const line = { file: file.name, recording: null, segments: null, error: null };
  try {
    const [recording, other] = await candidatesFor(projectId, file.name, endings);
    if (recording === undefined) return { ...line, error: t("project.noneCalled") };
    if (other !== undefined) return { ...line, error: t("project.severalCalled") };
    const url = `/api/v1/recordings/${recording.id}/annotations/import?mine=${mine}`;
    const { segment_count } = await sendFile<SchemaAnnotationAnswer>(url, file).answer;
    return { ...line, recording, segments: segment_count };
  } catch (error) {
    return { ...line, error: wordsOf(error) };
  }
}

/** Annotation files go to the recordings that are called like them. */
export function ImportAnnotations({ projectId }: { projectId: string }) {
  const formats = useLoaded(() => ask(GET("/api/v1/formats")), []);
  const [mine, setMine] = useState(false);
  const [lines, setLines] = useState<readonly Line[]>([]);
  const [left, setLeft] = useState(0);
  const endings = (formats.data ?? []).filter(({ reads }) => reads).flatMap(({ suffixes }) => suffixes);
  const run = async (files: readonly File[]) => {
    setLines([]);
    setLeft(files.length);
    for (const file of files) {
      const line = await importOne(projectId, file, endings, mine);
      setLines((before) => [...before, line]);
      setLeft((before) => before - 1);
    }
  };
  return (
    <>
      <Check label={t("project.importMine")} checked={mine} onValue={setMine} />
      <div class="row">
        <Button
          icon={FileUp}
          disabled={left > 0 || formats.data === undefined}
          onClick={() => pick("files", (chosen) => void run(chosen.map(({ file }) => file)))}
        >
          {t("project.chooseAnnotations")}
        </Button>
        <span class="soft small" role="status">
          {left > 0 ? t("project.importLeft", { count: left }) : endings.join(" ")}
        </span>
      </div>
      {lines.length > 0 && (
        <Table
          label={t("project.importTitle")}
          rows={lines}
          keyOf={(line) => line.file}
          columns={[
            { key: "file", title: t("project.file"), cell: (line) => line.file },
            {
              key: "recording",
              title: t("project.recording"),
              cell: ({ recording }) =>
                recording && <a href={`/recordings/${recording.id}`}>{recording.name}</a>,
            },
            {
              key: "result",
              title: t("project.result"),
              cell: ({ error, segments }) => (
                <span
                  class={`badge ${error === null ? "badge-good" : "badge-bad"}`}
                  style={{ whiteSpace: "normal" }}
                >
                  <Icon of={error === null ? CircleCheck : CircleAlert} size={14} />
                  {error ?? t("project.segments", { count: segments ?? 0 })}
                </span>
              ),
            },
          ]}
        />
      )}
    </>
  );
}
