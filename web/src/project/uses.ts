/** How many segments of a project carry each label. */
import { fetchRaw } from "../api/client";

interface Use {
  readonly segments: number;
}

export interface LabelUse {
  readonly name: string;
  readonly people: Use;
  readonly models: Use;
  readonly files: Use;
}

export async function usesOf(projectId: string): Promise<readonly LabelUse[]> {
  const answer = await fetchRaw(`/api/v1/projects/${encodeURIComponent(projectId)}/labels`);
  return ((await answer.json()) as { items: LabelUse[] }).items;
}

/** Segments that carry one of these names, whoever made them. */
export function countOf(uses: readonly LabelUse[], names: readonly string[]): number {
  return uses
    .filter(({ name }) => names.includes(name))
    .reduce((sum, { people, models, files }) => sum + people.segments + models.segments + files.segments, 0);
}
