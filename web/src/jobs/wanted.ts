/** Which jobs are shown and in which order, as the address says it. */
import { isJobState, type JobState } from "./timing";

/** What the server sorts jobs by. */
export const SORTS = ["created_at", "finished_at", "priority", "state"] as const;
export type JobSort = (typeof SORTS)[number];

export interface Wanted {
  readonly states: readonly JobState[];
  readonly kind: string;
  readonly project: string;
  readonly recording: string;
  readonly sort: JobSort;
  readonly order: "asc" | "desc";
}

export function wantedBy(query: Readonly<Record<string, string>>): Wanted {
  const { state = "", kind = "", project = "", recording = "" } = query;
  const sort = SORTS.find((one) => one === query.sort) ?? "created_at";
  const order = query.order === "asc" ? "asc" : "desc";
  return { states: state.split(",").filter(isJobState), kind, project, recording, sort, order };
}

/** Whether the latest come first: there, what is new has its place at the top. */
export const isUsual = ({ sort, order }: Wanted) => sort === "created_at" && order === "desc";

/** The same in the words of the address, where the usual order is left out. */
export function sortingQuery(sort: string, order: "asc" | "desc"): Readonly<Record<string, string>> {
  return { sort: sort === "created_at" ? "" : sort, order: order === "desc" ? "" : order };
}
