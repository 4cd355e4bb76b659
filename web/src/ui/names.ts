/** Names of what the API refers to by its identifier: each is asked for once. */
import { type Signal, signal } from "@preact/signals";
import { ask, GET } from "../api/client";

export type Named = "user" | "project" | "recording" | "model";

const ASK: Record<Named, (id: string) => Promise<string>> = {
  user: async (id) => (await ask(GET("/api/v1/users/{user_id}", { params: { path: { user_id: id } } }))).name,
  project: async (id) =>
    (await ask(GET("/api/v1/projects/{project_id}", { params: { path: { project_id: id } } }))).name,
  recording: async (id) =>
    (await ask(GET("/api/v1/recordings/{recording_id}", { params: { path: { recording_id: id } } }))).name,
  model: async (id) => {
    const model = await ask(GET("/api/v1/models/{model_id}", { params: { path: { model_id: id } } }));
    return `${model.name}@${model.version}`;
  },
};

const known = new Map<string, Signal<string | null>>();

/** The name of something; null until it is known, and where it is gone or not for one's eyes. */
export function nameOf(kind: Named, id: string): Signal<string | null> {
  const key = `${kind} ${id}`;
  const found = known.get(key);
  if (found) return found;
  const name = signal<string | null>(null);
  known.set(key, name);
  // A thing without a name is shown by its identifier: nothing is lost by that.
  ASK[kind](id).then(
    (given) => {
      name.value = given;
    },
    () => known.delete(key),
  );
  return name;
}
