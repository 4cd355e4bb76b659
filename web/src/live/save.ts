/** A session becomes a recording of a project, with its text as an annotation. */
import { ask, GET, POST } from "../api/client";
import type { SchemaTakenFiles } from "../api/schema";
import { sendFile } from "../library/sendFile";
import type { Said } from "./texts";

const POLL_MS = 500;

/** What lies inside the recording: the browser's copy of the sound may end a moment before the text does. */
export function within(said: readonly Said[], duration: number): readonly Said[] {
  return said
    .filter(({ start }) => start < duration)
    .map((one) => ({
      ...one,
      end: Math.min(one.end, duration),
      words: (one.words ?? [])
        .filter(({ start }) => start < duration)
        .map((word) => ({ ...word, end: Math.min(word.end, duration) })),
    }));
}

async function ready(id: string): Promise<number> {
  for (;;) {
    const recording = await ask(
      GET("/api/v1/recordings/{recording_id}", { params: { path: { recording_id: id } } }),
    );
    if (recording.state === "failed") throw new Error(recording.error ?? "");
    if (recording.state === "ready") return recording.duration ?? 0;
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}

/** Give the address of the new recording; throws `ApiError` or `Unreachable`. */
export async function save(
  projectId: string,
  name: string,
  sound: Blob,
  said: readonly Said[],
  onProgress: (share: number) => void,
): Promise<string> {
  const file = new File([sound], `${name}.${sound.type.includes("ogg") ? "ogg" : "webm"}`, {
    type: sound.type,
  });
  const url = `/api/v1/projects/${encodeURIComponent(projectId)}/recordings`;
  const taken = (await sendFile<SchemaTakenFiles>(url, file, onProgress).answer).items[0];
  if (!taken?.recording) throw new Error(taken?.error ?? "");
  const id = taken.recording.id;
  const segments = within(said, await ready(id));
  const language = said.find((one) => one.language)?.language ?? null;
  const made = await ask(
    POST("/api/v1/recordings/{recording_id}/annotations", {
      params: { path: { recording_id: id } },
      body: { segments: segments as never, language },
    }),
  );
  return `/recordings/${id}/transcript?annotation=${made.id}`;
}
