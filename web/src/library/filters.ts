/** Which recordings are shown, as an address holds it, and as the server is asked for it. */
import type {
  SchemaAnnotatedBy,
  SchemaAnnotationStatus,
  SchemaFilter,
  SchemaOrder,
  SchemaRecordingSort,
  SchemaRecordingState,
} from "../api/schema";

export interface Filters {
  readonly q: string;
  readonly state: readonly SchemaRecordingState[];
  readonly annotated: SchemaAnnotatedBy | null;
  readonly status: SchemaAnnotationStatus | null;
  readonly label: string | null;
  readonly tag: readonly string[];
  /** Seconds. */
  readonly minDuration: number | null;
  readonly maxDuration: number | null;
  /** Days such as 2026-05-01, both included, where the reader is. */
  readonly createdFrom: string | null;
  readonly createdTo: string | null;
  readonly recordedFrom: string | null;
  readonly recordedTo: string | null;
  readonly trashed: boolean;
}

export interface Ordering {
  readonly sort: SchemaRecordingSort;
  readonly order: SchemaOrder;
}

export const NO_FILTERS: Filters = {
  q: "",
  state: [],
  annotated: null,
  status: null,
  label: null,
  tag: [],
  minDuration: null,
  maxDuration: null,
  createdFrom: null,
  createdTo: null,
  recordedFrom: null,
  recordedTo: null,
  trashed: false,
};
export const USUAL_ORDER: Ordering = { sort: "created_at", order: "desc" };
export const STATES = ["waiting", "ready", "failed"] as const;
export const ANNOTATED = ["people", "models", "none"] as const;
export const STATUSES = ["draft", "submitted", "reviewed"] as const;
export const SORTS = ["created_at", "name", "duration", "recorded_at", "state"] as const;

function oneOf<T extends string>(all: readonly T[], value: string | null): T | null {
  return all.find((known) => known === value) ?? null;
}

function dayOf(value: string | null): string | null {
  if (value === null || !/^\d{4}-\d{2}-\d{2}$/.test(value)) return null;
  return Number.isNaN(new Date(`${value}T00:00:00`).getTime()) ? null : value;
}

function secondsOf(value: string | null): number | null {
  const number = Number(value);
  return value !== null && value !== "" && Number.isFinite(number) && number >= 0 ? number : null;
}

/** Read filters from the part of an address after `?`; what makes no sense is left out. */
export function readFilters(search: string): Filters {
  const query = new URLSearchParams(search);
  return consistent({
    q: (query.get("q") ?? "").slice(0, 300),
    state: STATES.filter((state) => query.getAll("state").includes(state)),
    annotated: oneOf(ANNOTATED, query.get("annotated")),
    status: oneOf(STATUSES, query.get("status")),
    label: query.get("label") || null,
    tag: [...new Set(query.getAll("tag").filter(Boolean))].slice(0, 10),
    minDuration: secondsOf(query.get("min_duration")),
    maxDuration: secondsOf(query.get("max_duration")),
    createdFrom: dayOf(query.get("created_from")),
    createdTo: dayOf(query.get("created_to")),
    recordedFrom: dayOf(query.get("recorded_from")),
    recordedTo: dayOf(query.get("recorded_to")),
    trashed: query.get("trashed") === "true",
  });
}

export function readOrdering(search: string): Ordering {
  const query = new URLSearchParams(search);
  const sort = oneOf(SORTS, query.get("sort")) ?? USUAL_ORDER.sort;
  return { sort, order: oneOf(["asc", "desc"] as const, query.get("order")) ?? usualOrderOf(sort) };
}

/** Which way people expect a list to run that is sorted so. */
export function usualOrderOf(sort: SchemaRecordingSort): SchemaOrder {
  return sort === "name" || sort === "state" ? "asc" : "desc";
}

/** Write filters and order as the part of an address after `?`; what is as usual is left out. */
export function writeSearch(filters: Filters, ordering: Ordering): string {
  const query = new URLSearchParams();
  const put = (name: string, value: string | number | null) => {
    if (value !== null && value !== "") query.append(name, String(value));
  };
  put("q", filters.q.trim());
  for (const state of filters.state) put("state", state);
  put("annotated", filters.annotated);
  put("status", filters.status);
  put("label", filters.label);
  for (const tag of filters.tag) put("tag", tag);
  put("min_duration", filters.minDuration);
  put("max_duration", filters.maxDuration);
  put("created_from", filters.createdFrom);
  put("created_to", filters.createdTo);
  put("recorded_from", filters.recordedFrom);
  put("recorded_to", filters.recordedTo);
  if (filters.trashed) put("trashed", "true");
  if (ordering.sort !== USUAL_ORDER.sort) put("sort", ordering.sort);
  if (ordering.order !== usualOrderOf(ordering.sort)) put("order", ordering.order);
  const text = query.toString();
  return text === "" ? "" : `?${text}`;
}

/** Recordings that nobody annotated have neither status nor labels, and a range begins before it ends. */
export function consistent(filters: Filters): Filters {
  const fixed = { ...filters };
  if (fixed.annotated === "none" && (fixed.status !== null || fixed.label !== null)) fixed.annotated = null;
  if (fixed.minDuration !== null && fixed.maxDuration !== null && fixed.maxDuration < fixed.minDuration) {
    [fixed.minDuration, fixed.maxDuration] = [fixed.maxDuration, fixed.minDuration];
  }
  if (fixed.createdFrom && fixed.createdTo && fixed.createdTo < fixed.createdFrom) {
    [fixed.createdFrom, fixed.createdTo] = [fixed.createdTo, fixed.createdFrom];
  }
  if (fixed.recordedFrom && fixed.recordedTo && fixed.recordedTo < fixed.recordedFrom) {
    [fixed.recordedFrom, fixed.recordedTo] = [fixed.recordedTo, fixed.recordedFrom];
  }
  return fixed;
}

/** The moment a day begins where the reader is; `later` counts days from there. */
function beginOf(day: string | null, later = 0): string | null {
  if (day === null) return null;
  const moment = new Date(`${day}T00:00:00`);
  moment.setDate(moment.getDate() + later);
  return moment.toISOString();
}

/** What the server is asked for. */
export function wantedOf(filters: Filters): SchemaFilter {
  const wanted: SchemaFilter = {
    q: filters.q.trim(),
    state: [...filters.state],
    annotated: filters.annotated,
    status: filters.status,
    label: filters.label,
    tag: [...filters.tag],
    min_duration: filters.minDuration,
    max_duration: filters.maxDuration,
    created_from: beginOf(filters.createdFrom),
    created_to: beginOf(filters.createdTo, 1),
    recorded_from: beginOf(filters.recordedFrom),
    recorded_to: beginOf(filters.recordedTo, 1),
    trashed: filters.trashed,
  };
  const given = Object.entries(wanted).filter(([, value]) => value !== null && value !== "");
  return Object.fromEntries(given.filter(([, value]) => !Array.isArray(value) || value.length > 0));
}

/** Whether anything but the trash narrows the list. */
export function isNarrowed(filters: Filters): boolean {
  return writeSearch({ ...filters, trashed: false }, USUAL_ORDER) !== "";
}
