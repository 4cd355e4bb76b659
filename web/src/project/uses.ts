/** How many segments of a project carry each label. */
import { ask, GET } from "../api/client";
import type { SchemaLabelUseAnswer } from "../api/schema";

export async function usesOf(projectId: string): Promise<readonly SchemaLabelUseAnswer[]> {
  const path = { project_id: projectId };
  return (await ask(GET("/api/v1/projects/{project_id}/labels", { params: { path } }))).items;
}

/** Segments that carry one of these names, whoever made them. */
export function countOf(uses: readonly SchemaLabelUseAnswer[], names: readonly string[]): number {
  return uses
    .filter(({ name }) => names.includes(name))
    .reduce((sum, { people, models, files }) => sum + people.segments + models.segments + files.segments, 0);
}
