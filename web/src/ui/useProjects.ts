import { ask, GET } from "../api/client";
import type { Choice } from "./Field";
import { useLoaded } from "./useLoaded";

/** Most projects that a list to choose from holds. */
const MOST = 200;

/** The projects that one may see, to choose from; empty until they are known. */
export function useProjects(): readonly Choice[] {
  const { data } = useLoaded(() => ask(GET("/api/v1/projects", { params: { query: { limit: MOST } } })), []);
  return (data?.items ?? []).map(({ id, name }) => ({ value: id, label: name }));
}
