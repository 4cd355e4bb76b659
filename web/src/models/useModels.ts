import { ask, DELETE, fetchRaw, GET, PATCH, PUT } from "../api/client";
import type { SchemaModelAnswer, SchemaModelChange, SchemaModelStatus } from "../api/schema";
import { useLoaded, usePages } from "../ui";

export type Model = SchemaModelAnswer;
export const STATUSES = ["draft", "ready", "retired"] as const satisfies SchemaModelStatus[];

export const titleOf = (model: Model) => `${model.name}@${model.version}`;
const at = (id: string) => ({ path: { model_id: id } });
const asSeen = (model: Model) => ({ ...at(model.id), header: { "if-match": `"${model.revision}"` } });

export interface Wanted {
  q: string;
  task: string;
  engine: string;
  status: string;
  project: string;
}

export function useModels({ q, task, engine, status, project }: Wanted) {
  return usePages(
    (cursor) =>
      ask(
        GET("/api/v1/models", {
          params: {
            query: {
              q,
              task: task || undefined,
              engine: engine || undefined,
              status: STATUSES.find((one) => one === status),
              project_id: project || undefined,
              cursor,
            },
          },
        }),
      ),
    [q, task, engine, status, project],
  );
}

/** The default model for each task, of a project or of the server. */
export function useDefaults(project: string) {
  const { data, reload } = useLoaded(
    () => ask(GET("/api/v1/models/defaults", { params: { query: { project_id: project || undefined } } })),
    [project],
  );
  return { defaults: data?.defaults ?? {}, reload };
}

export const readModel = (id: string) => ask(GET("/api/v1/models/{model_id}", { params: at(id) }));
export const readLineage = (id: string) => ask(GET("/api/v1/models/{model_id}/lineage", { params: at(id) }));
export const changeModel = (model: Model, body: SchemaModelChange) =>
  ask(PATCH("/api/v1/models/{model_id}", { params: asSeen(model), body }));
export const deleteModel = (model: Model) =>
  ask(DELETE("/api/v1/models/{model_id}", { params: asSeen(model) }));
export const makeDefault = (model: Model, project: string | null) =>
  ask(PUT("/api/v1/models/{model_id}/default", { params: at(model.id), body: { project_id: project } }));

/** Take in a model from a file. */
export async function importModel(file: File, project: string): Promise<Model> {
  const form = new FormData();
  form.append("file", file);
  const query = project ? `?project_id=${encodeURIComponent(project)}` : "";
  const response = await fetchRaw(`/api/v1/models/import${query}`, { method: "POST", body: form });
  return (await response.json()) as Model;
}
