/** What the grid shows, as the address says it. */
import { SIZES, type Size } from "./layout";

export const SORTS = ["start", "label", "score", "uncertainty", "duration", "text"] as const;
export type Sort = (typeof SORTS)[number];
export const SOURCES = ["model", "mine", "person", "file", "all"] as const;
export type Source = (typeof SOURCES)[number];

export interface Wanted {
  readonly source: Source;
  readonly labels: readonly string[];
  readonly unlabelled: boolean;
  readonly minScore: number | null;
  readonly maxScore: number | null;
  readonly uncertain: boolean;
  readonly q: string;
  readonly recording: string;
  readonly annotation: string;
  /** What made the annotation, letter by letter; empty for anything. */
  readonly by: string;
  readonly sort: Sort;
  readonly order: "asc" | "desc";
  /** Whether cards that were decided on before are shown too. */
  readonly judged: boolean;
}

type Query = Readonly<Record<string, string>>;

function part(word: string | undefined): number | null {
  const value = Number(word);
  return word === undefined || word === "" || !(value >= 0 && value <= 1) ? null : value;
}

/** Labels with commas stay whole: each is encoded before they are joined. */
export const joinLabels = (labels: readonly string[]) => labels.map(encodeURIComponent).join(",");

function splitLabels(word: string): string[] {
  return word
    .split(",")
    .filter((label) => label !== "")
    .map((label) => {
      try {
        return decodeURIComponent(label);
      } catch {
        return label;
      }
    });
}

export function wantedBy(query: Query): Wanted {
  return {
    source: SOURCES.find((one) => one === query.source) ?? "model",
    labels: splitLabels(query.label ?? ""),
    unlabelled: query.unlabelled === "1",
    minScore: part(query.min),
    maxScore: part(query.max),
    uncertain: query.uncertain === "1",
    q: query.q ?? "",
    recording: query.recording ?? "",
    annotation: query.annotation ?? "",
    by: query.by ?? "",
    sort: SORTS.find((one) => one === query.sort) ?? "start",
    order: query.order === "desc" ? "desc" : "asc",
    judged: query.judged === "1",
  };
}

export function sizeOf(query: Query): Size {
  return SIZES.find((one) => one === query.size) ?? "medium";
}

/** The same in the words of the API. */
export function requestFor(wanted: Wanted, me: string) {
  const { source, labels, sort, order } = wanted;
  return {
    kind: source === "all" ? [] : [source === "mine" ? ("person" as const) : source],
    author_id: source === "mine" ? me : null,
    annotation_id: wanted.annotation ? [wanted.annotation] : [],
    recording_id: wanted.recording || null,
    source: wanted.by || null,
    label: [...labels],
    unlabelled: wanted.unlabelled,
    min_score: wanted.minScore,
    max_score: wanted.maxScore,
    tag: wanted.uncertain ? "uncertain:yes" : null,
    q: wanted.q,
    sort,
    order,
  };
}

/** Whether anything but the source narrows what is shown. */
export function isNarrowed(wanted: Wanted): boolean {
  const { labels, unlabelled, minScore, maxScore, uncertain, q, recording, annotation, by } = wanted;
  return (
    labels.length > 0 ||
    unlabelled ||
    uncertain ||
    minScore !== null ||
    maxScore !== null ||
    `${q}${recording}${annotation}${by}` !== ""
  );
}
