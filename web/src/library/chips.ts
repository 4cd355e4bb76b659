/** Filters in words, one chip for each, and what is left when it is taken away. */
import { formatDuration, t } from "../i18n";
import type { Filters } from "./filters";

export interface Chip {
  readonly key: string;
  readonly text: string;
  readonly without: Filters;
}

function span(from: string | null, to: string | null): string {
  if (from !== null && to !== null) return from === to ? from : t("library.fromTo", { from, to });
  return from !== null ? t("library.from", { from }) : t("library.to", { to: to ?? "" });
}

export function stateWord(state: "waiting" | "ready" | "failed"): string {
  return { waiting: t("library.waiting"), ready: t("library.ready"), failed: t("library.failed") }[state];
}

export function annotatedWord(by: "people" | "models" | "none"): string {
  return { people: t("library.byPeople"), models: t("library.byModels"), none: t("library.byNobody") }[by];
}

export function statusWord(status: "draft" | "submitted" | "reviewed"): string {
  return { draft: t("library.draft"), submitted: t("library.submitted"), reviewed: t("library.reviewed") }[
    status
  ];
}

/** All that narrows the list; the search has its own field, and the trash its own place. */
export function chipsOf(filters: Filters): readonly Chip[] {
  const chips: Chip[] = [];
  const add = (key: string, text: string, change: Partial<Filters>) =>
    chips.push({ key, text, without: { ...filters, ...change } });
  for (const state of filters.state) {
    const left = filters.state.filter((other) => other !== state);
    add(`state ${state}`, stateWord(state), { state: left });
  }
  if (filters.annotated) add("annotated", annotatedWord(filters.annotated), { annotated: null });
  if (filters.status) add("status", statusWord(filters.status), { status: null });
  if (filters.label) add("label", t("library.withLabel", { label: filters.label }), { label: null });
  for (const tag of filters.tag) {
    add(`tag ${tag}`, `#${tag}`, { tag: filters.tag.filter((other) => other !== tag) });
  }
  const { minDuration, maxDuration, createdFrom, createdTo, recordedFrom, recordedTo } = filters;
  if (minDuration !== null || maxDuration !== null) {
    const words = (seconds: number | null) => (seconds === null ? null : formatDuration(seconds));
    const range = span(words(minDuration), words(maxDuration));
    add("duration", t("library.lasts", { range }), { minDuration: null, maxDuration: null });
  }
  if (createdFrom !== null || createdTo !== null) {
    const range = span(createdFrom, createdTo);
    add("created", t("library.addedIn", { range }), { createdFrom: null, createdTo: null });
  }
  if (recordedFrom !== null || recordedTo !== null) {
    const range = span(recordedFrom, recordedTo);
    add("recorded", t("library.recordedIn", { range }), { recordedFrom: null, recordedTo: null });
  }
  return chips;
}
