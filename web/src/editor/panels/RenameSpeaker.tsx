import { useState } from "preact/hooks";
import { ask, GET, POST } from "../../api/client";
import type { SchemaHeardAnswer } from "../../api/schema";
import { t } from "../../i18n";
import { Button, Check, complain, Dialog, say, TextField, useLoaded } from "../../ui";
import type { Workspace } from "../document/Workspace";
import { renameEdits, speakersOf } from "../model/speakers";
import type { Segment } from "../types";

/** Give all segments of a speaker to another name, as one step. */
export function renameSpeaker(
  work: Workspace,
  segments: readonly Segment[],
  from: string,
  to: string,
): boolean {
  const edits = renameEdits(segments, from, to);
  if (!work.edit(edits, { label: t("transcript.stepRename") })) return false;
  say(t("transcript.renamed", { count: edits.length, from, to }));
  return true;
}

/** The voice of a speaker that the project could remember; null where there is none, or the project knows no voices. */
function useHeard(work: Workspace, annotationId: string | null, speaker: string): SchemaHeardAnswer | null {
  const { project } = work.subject;
  const { data } = useLoaded(async () => {
    if (!project.known_voices || annotationId === null) return null;
    const params = { path: { annotation_id: annotationId } };
    // Without an answer nothing is offered; renaming goes on.
    const found = await ask(GET("/api/v1/annotations/{annotation_id}/voices", { params })).catch(() => null);
    return found?.items.find((one) => one.speaker === speaker) ?? null;
  }, [annotationId, speaker]);
  return data ?? null;
}

async function remember(heard: SchemaHeardAnswer, name: string): Promise<void> {
  // The model's own annotation never changes: whether the new name has arrived at the server makes no difference.
  const params = { path: { annotation_id: heard.annotation_id } };
  const body = { speaker: heard.heard_as, name };
  await ask(POST("/api/v1/annotations/{annotation_id}/voices", { params, body }));
  say(t("transcript.remembered", { name }));
}

interface Props {
  work: Workspace;
  /** Whether the annotation can be changed; else its voices can be remembered all the same. */
  canEdit: boolean;
  annotationId: string | null;
  segments: readonly Segment[];
  from: string;
  onClose: () => void;
}

/** Another name for a speaker, everywhere; and whether the project is to know the voice by it. */
export function RenameSpeaker({ work, canEdit, annotationId, segments, from, onClose }: Props) {
  const [name, setName] = useState(from);
  const [keeps, setKeeps] = useState(false);
  const heard = useHeard(work, annotationId, from);
  const to = name.trim();
  const speakers = speakersOf(segments);
  const count = speakers.find((speaker) => speaker.name === from)?.count ?? 0;
  const other = speakers.find((speaker) => speaker.name === to && to !== from);
  const remembers = keeps && heard !== null;
  const renames = canEdit && to !== from;
  const nothing = to === "" || !(renames || remembers);
  const submit = (event: Event) => {
    event.preventDefault();
    if (nothing) return;
    const done = !renames || renameSpeaker(work, segments, from, to);
    if (done && remembers) remember(heard, to).catch(complain);
    onClose();
  };
  return (
    <Dialog title={t("transcript.renameTitle", { name: from })} onClose={onClose}>
      <form class="stack" onSubmit={submit}>
        <TextField
          label={t("transcript.newName")}
          value={name}
          onValue={setName}
          maxLength={200}
          autofocus
          autocomplete="off"
          hint={t("transcript.renameCount", { count })}
        />
        {!canEdit && <p class="notice">{t("transcript.readOnly")}</p>}
        {canEdit && other && (
          <p class="notice notice-warn">{t("transcript.renameJoins", { name: to, count: other.count })}</p>
        )}
        {heard && (
          <div class="stack-tight">
            <Check label={t("transcript.rememberVoice")} checked={keeps} onValue={setKeeps} />
            <p class="soft small">{t("transcript.rememberHint")}</p>
          </div>
        )}
        <div class="dialog-actions">
          <Button onClick={onClose}>{t("common.cancel")}</Button>
          <Button type="submit" kind="primary" disabled={nothing}>
            {remembers && !renames ? t("transcript.remember") : t("transcript.renameAll")}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
