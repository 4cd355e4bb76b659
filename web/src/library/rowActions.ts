/** What rows of the list do on the server. */
import { ask, DELETE, POST } from "../api/client";
import type { SchemaRecordingAnswer } from "../api/schema";
import { t } from "../i18n";
import { complain, say } from "../ui";

function versionOf(recording: SchemaRecordingAnswer) {
  return { "if-match": `"${recording.version}"` };
}

export async function restore(recording: SchemaRecordingAnswer): Promise<void> {
  const params = { path: { recording_id: recording.id } };
  await ask(POST("/api/v1/recordings/{recording_id}/restore", { params }));
}

/** Into the trash, with a way back. */
export async function trash(recording: SchemaRecordingAnswer, onDone: () => void): Promise<void> {
  const params = { path: { recording_id: recording.id }, header: versionOf(recording) };
  await ask(DELETE("/api/v1/recordings/{recording_id}", { params }));
  say(t("library.trashed", { name: recording.name }), {
    label: t("common.undo"),
    run: () => {
      restore(recording).then(onDone, complain);
    },
  });
  onDone();
}

export async function purge(recording: SchemaRecordingAnswer): Promise<void> {
  const params = {
    path: { recording_id: recording.id },
    query: { purge: true },
    header: versionOf(recording),
  };
  await ask(DELETE("/api/v1/recordings/{recording_id}", { params }));
}

/** Save the file that came in, as it came. */
export function download(recording: SchemaRecordingAnswer): void {
  const link = document.createElement("a");
  link.href = `/api/v1/recordings/${recording.id}/media`;
  link.download = recording.name;
  document.body.append(link);
  link.click();
  link.remove();
}
