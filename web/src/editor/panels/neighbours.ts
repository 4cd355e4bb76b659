/** The recordings before and after one in the project's list, the newest first. */
import { ask, GET } from "../../api/client";
import type { SchemaRecordingAnswer } from "../../api/schema";

export interface Neighbours {
  readonly previous: string | undefined;
  readonly next: string | undefined;
}

/** Several recordings may have come in at the same moment. */
const NEAR = 20;

export async function neighboursOf(recording: SchemaRecordingAnswer): Promise<Neighbours> {
  const [newer, older] = await Promise.all([near(recording, "asc"), near(recording, "desc")]);
  return { previous: after(newer, recording.id), next: after(older, recording.id) };
}

async function near(
  recording: SchemaRecordingAnswer,
  order: "asc" | "desc",
): Promise<SchemaRecordingAnswer[]> {
  const from =
    order === "asc" ? { created_from: recording.created_at } : { created_to: recording.created_at };
  const page = await ask(
    GET("/api/v1/projects/{project_id}/recordings", {
      params: {
        path: { project_id: recording.project_id },
        query: { ...from, sort: "created_at", order, limit: NEAR },
      },
    }),
  );
  return page.items;
}

function after(list: readonly SchemaRecordingAnswer[], id: string): string | undefined {
  return list[list.findIndex((one) => one.id === id) + 1]?.id;
}
