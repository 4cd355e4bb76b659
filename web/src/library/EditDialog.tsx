import { useState } from "preact/hooks";
import { ApiError, ask, PATCH } from "../api/client";
import type { SchemaRecordingAnswer, SchemaRecordingPatch } from "../api/schema";
import { t } from "../i18n";
import { Button, Dialog, ErrorNotice, mistakeAt, say, TextArea, TextField } from "../ui";
import { parseTags } from "./facts";
import { fromLocal, toLocal } from "./moments";
import type { Field } from "./RowMenu";

interface Props {
  recording: SchemaRecordingAnswer;
  /** Where one begins to type. */
  field: Field;
  onSaved: (recording: SchemaRecordingAnswer) => void;
  onClose: () => void;
}

/** Only what was changed is sent: what others change meanwhile in the rest stays. */
function changeOf(recording: SchemaRecordingAnswer, draft: Draft): SchemaRecordingPatch {
  const patch: SchemaRecordingPatch = {};
  const tags = parseTags(draft.tags);
  const recordedAt = fromLocal(draft.recordedAt);
  if (draft.name !== recording.name) patch.name = draft.name;
  if (draft.notes !== recording.notes) patch.notes = draft.notes;
  if (tags.join() !== recording.tags.join()) patch.tags = tags;
  if (draft.recordedAt !== toLocal(recording.recorded_at)) patch.recorded_at = recordedAt;
  return patch;
}

interface Draft {
  name: string;
  tags: string;
  notes: string;
  recordedAt: string;
}

/** Name, tags, notes and clock time of one recording. */
export function EditDialog({ recording, field, onSaved, onClose }: Props) {
  const [draft, setDraft] = useState<Draft>({
    name: recording.name,
    tags: recording.tags.join(", "),
    notes: recording.notes,
    recordedAt: toLocal(recording.recorded_at),
  });
  const [error, setError] = useState<unknown>(null);
  const [busy, setBusy] = useState(false);
  const change = (given: Partial<Draft>) => setDraft({ ...draft, ...given });
  const save = async (event: Event) => {
    event.preventDefault();
    setBusy(true);
    setError(null);
    const params = { path: { recording_id: recording.id }, header: { "if-match": `"${recording.version}"` } };
    const body = changeOf(recording, draft);
    try {
      onSaved(await ask(PATCH("/api/v1/recordings/{recording_id}", { params, body })));
      say(t("common.saved"));
      onClose();
    } catch (failed) {
      setError(failed);
    } finally {
      setBusy(false);
    }
  };
  const stale = error instanceof ApiError && error.status === 412;
  return (
    <Dialog title={t("library.editTitle")} onClose={onClose}>
      <form class="stack" onSubmit={save}>
        {stale && <p class="notice notice-warn">{t("library.stale")}</p>}
        {error !== null && !stale && <ErrorNotice error={error} />}
        <TextField
          autofocus={field === "name"}
          required
          maxLength={255}
          label={t("common.name")}
          value={draft.name}
          onValue={(name) => change({ name })}
          error={mistakeAt(error, "name")}
        />
        <TextField
          autofocus={field === "tags"}
          label={t("library.tags")}
          hint={t("library.tagsHint")}
          value={draft.tags}
          onValue={(tags) => change({ tags })}
          error={mistakeAt(error, "tags")}
        />
        <TextArea
          label={t("library.notes")}
          value={draft.notes}
          onValue={(notes) => change({ notes })}
          error={mistakeAt(error, "notes")}
        />
        <TextField
          type="datetime-local"
          step={1}
          autofocus={field === "recorded_at"}
          label={t("library.recordedAt")}
          hint={t("library.recordedAtHint")}
          value={draft.recordedAt}
          onValue={(recordedAt) => change({ recordedAt })}
          error={mistakeAt(error, "recorded_at")}
        />
        <div class="dialog-actions">
          <Button onClick={onClose}>{t("common.cancel")}</Button>
          <Button type="submit" kind="primary" disabled={busy}>
            {t("common.save")}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
