import { X } from "lucide";
import { useEffect, useState } from "preact/hooks";
import { ask, GET } from "../api/client";
import type { SchemaRecordingAnswer } from "../api/schema";
import { t } from "../i18n";
import { Button, complain, Name, TextField } from "../ui";

const TYPING_MS = 200;
const MOST = 6;

function useFound(projectId: string, q: string): readonly SchemaRecordingAnswer[] | null {
  const [found, setFound] = useState<readonly SchemaRecordingAnswer[] | null>(null);
  useEffect(() => {
    setFound(null);
    if (q === "") return;
    let late = false;
    const timer = setTimeout(() => {
      const params = { path: { project_id: projectId }, query: { q, limit: MOST } };
      ask(GET("/api/v1/projects/{project_id}/recordings", { params })).then(
        ({ items }) => late || setFound(items),
        complain,
      );
    }, TYPING_MS);
    return () => {
      late = true;
      clearTimeout(timer);
    };
  }, [projectId, q]);
  return found;
}

interface Props {
  projectId: string;
  value: string;
  onValue: (id: string) => void;
}

/** One recording of maybe a million, found by the beginnings of its words. */
export function RecordingFilter({ projectId, value, onValue }: Props) {
  const [q, setQ] = useState("");
  const found = useFound(projectId, q.trim());
  if (value !== "") {
    return (
      <div class="field">
        <span class="label">{t("review.recording")}</span>
        <Button icon={X} aria-label={t("review.anyRecording")} onClick={() => onValue("")}>
          <Name kind="recording" id={value} link={false} />
        </Button>
      </div>
    );
  }
  const choose = (id: string) => {
    setQ("");
    onValue(id);
  };
  return (
    <div class="stack-tight">
      <TextField
        type="search"
        label={t("review.recording")}
        placeholder={t("review.recordingHint")}
        value={q}
        onValue={setQ}
      />
      {found !== null && (
        <div class="row" role="group" aria-label={t("review.recording")}>
          {found.map(({ id, name }) => (
            <Button key={id} onClick={() => choose(id)}>
              {name}
            </Button>
          ))}
          {found.length === 0 && (
            <span class="soft small" role="status">
              {t("common.nothingFits")}
            </span>
          )}
        </div>
      )}
    </div>
  );
}
