/** Changes to the selected segments. */
import { t } from "../../i18n";
import { say } from "../../ui";
import type { Workspace } from "../document/Workspace";
import type { Edit } from "../model/edits";
import { isUncertain, MIN_SECONDS, newId, spanWithin, UNCERTAIN, withTag } from "../model/segments";
import { lengthOf } from "../model/view";
import { cut, merged } from "../model/words";
import { moved, possibleShift, resized, segmentOf } from "../tools/shapes";
import type { Edge, Segment } from "../types";

/** The selected segments of the edited annotation; where others are selected, people hear why nothing happens. */
export function own(work: Workspace): readonly Segment[] {
  if (work.selectedIds.value.size > 0) return work.selected.value;
  if (work.selected.value.length > 0) say(t("editor.notYours"));
  return [];
}

export function change(
  work: Workspace,
  label: string,
  with_: (segment: Segment) => Segment,
  group?: string,
): void {
  const edits = own(work).map((segment) => ({ id: segment.id, after: with_(segment) }));
  work.edit(edits, group === undefined ? { label } : { label, group });
}

/** Give the selection a label, and set it for what is made next. */
export function relabel(work: Workspace, label: string | null): void {
  work.label.value = label;
  if (work.selectedIds.value.size > 0) change(work, t("editor.stepLabel"), (one) => ({ ...one, label }));
}

export function remove(work: Workspace): void {
  const gone = own(work);
  if (gone.length === 0) return;
  const next = neighbourOf(work, gone);
  if (
    !work.edit(
      gone.map(({ id }) => ({ id, after: null })),
      { label: t("editor.stepDelete") },
    )
  )
    return;
  work.selectOwn(next ? [next.id] : []);
  if (gone.length > 1)
    say(t("editor.deleted", { count: gone.length }), { label: t("common.undo"), run: () => work.undo() });
}

function neighbourOf(work: Workspace, gone: readonly Segment[]): Segment | undefined {
  const names = new Set(gone.map((one) => one.id));
  const last = gone.at(-1);
  const next = last && work.document?.segments.neighbour(last.start, 1);
  return next && !names.has(next.id) ? next : undefined;
}

export function merge(work: Workspace): void {
  const parts = own(work);
  if (parts.length < 2) {
    if (parts.length === 1) say(t("editor.mergeNeedsTwo"));
    return;
  }
  const whole = merged(parts);
  const edits = parts.map(({ id }): Edit => ({ id, after: id === whole.id ? whole : null }));
  if (work.edit(edits, { label: t("editor.stepMerge") })) work.selectOwn([whole.id]);
}

/** Cut what lies under the playhead: the selection, or where nothing is selected all of it. */
export function split(work: Workspace): void {
  const at = work.player.time.value;
  const isUnder = (one: Segment) => at - one.start >= MIN_SECONDS && one.end - at >= MIN_SECONDS;
  const under = work.document?.segments.overlapping(at, at + 1e-9) ?? [];
  const chosen = work.selectedIds.value.size > 0 ? work.selected.value : under;
  const halves = chosen.filter(isUnder).map((one) => cut(one, at, newId()));
  if (halves.length === 0) {
    say(t("editor.splitNeedsPlayhead"));
    return;
  }
  const edits = halves.flat().map((after) => ({ id: after.id, after }));
  if (work.edit(edits, { label: t("editor.stepSplit") }))
    work.selectOwn(halves.map(([, second]) => second.id));
}

/** The same once more, right behind. */
export function duplicate(work: Workspace): void {
  const chosen = own(work);
  if (chosen.length === 0) return;
  const span = Math.max(...chosen.map((one) => one.end)) - Math.min(...chosen.map((one) => one.start));
  const by = possibleShift(chosen, span, work.limits);
  const copies = chosen.map((one) => ({ ...moved(one, by, 0, work.limits), id: newId() }));
  const edits = copies.map((after) => ({ id: after.id, after }));
  if (work.edit(edits, { label: t("editor.stepDuplicate") })) work.selectOwn(copies.map((one) => one.id));
}

export function toggleUncertain(work: Workspace): void {
  const all = work.selected.value.every(isUncertain);
  change(work, t("editor.stepUncertain"), (one) => withTag(one, UNCERTAIN, all ? null : "yes"));
}

/** How far a key moves something: a few pixels at any zoom. */
export function stepOf(work: Workspace): number {
  return Math.max(0.001, lengthOf(work.view.value) / 400);
}

export function shift(work: Workspace, direction: 1 | -1): void {
  const by = possibleShift(own(work), direction * stepOf(work), work.limits);
  change(work, t("editor.stepMove"), (one) => moved(one, by, 0, work.limits), "keys.move");
}

const HZ_STEPS = 200;

export function nudge(work: Workspace, edge: Edge, direction: 1 | -1): void {
  const { limits } = work;
  const group = `keys.${edge}`;
  change(
    work,
    t("editor.stepResize"),
    (one) => resized(one, edge, edgeOf(one, edge, work) + direction * amount(work, edge), limits),
    group,
  );
}

function amount(work: Workspace, edge: Edge): number {
  return edge === "start" || edge === "end" ? stepOf(work) : work.limits.nyquist / HZ_STEPS;
}

function edgeOf(segment: Segment, edge: Edge, work: Workspace): number {
  if (edge === "start") return segment.start;
  if (edge === "end") return segment.end;
  return edge === "low" ? (segment.low_hz ?? 0) : (segment.high_hz ?? work.limits.nyquist);
}

/** Move both ends of the frequency band. */
export function shiftBand(work: Workspace, direction: 1 | -1): void {
  const by = (direction * work.limits.nyquist) / HZ_STEPS;
  change(work, t("editor.stepMove"), (one) => moved(one, 0, by, work.limits), "keys.band");
}

/** Set an edge of the selection where the playhead is; without a selection, begin or end a new segment there. */
export function edgeAtPlayhead(work: Workspace, edge: "start" | "end"): void {
  const at = work.player.time.value;
  if (work.selectedIds.value.size === 0) {
    if (edge === "start") begin(work);
    else end(work);
    return;
  }
  change(work, t("editor.stepResize"), (one) => resized(one, edge, at, work.limits));
}

function begin(work: Workspace): void {
  work.begun.value = work.player.time.value;
}

/** A segment from where it was begun to the playhead. */
function end(work: Workspace): void {
  const from = work.begun.value;
  if (from === null) {
    say(t("editor.beginFirst"));
    return;
  }
  work.begun.value = null;
  create(work, from, work.player.time.value);
}

/** One key for both ends. */
export function beginOrEnd(work: Workspace): void {
  if (work.begun.value === null) {
    work.deselect();
    begin(work);
  } else end(work);
}

function create(work: Workspace, from: number, to: number): void {
  const [start, until] = spanWithin(from, to, work.limits);
  const channel = work.sound.channels > 1 ? channelOf(work) : null;
  const draft = {
    start,
    end: until,
    lowHz: null,
    highHz: null,
    channel,
    label: work.label.value,
    replaces: null,
  };
  const segment = segmentOf(draft, newId());
  if (work.edit([{ id: segment.id, after: segment }], { label: t("editor.stepCreate") }))
    work.selectOwn([segment.id]);
}

/** New segments of keys go to the channel that is heard alone, else to all. */
function channelOf(work: Workspace): number | null {
  const { solo } = work.player;
  return solo.value.size === 1 ? ([...solo.value][0] ?? null) : null;
}

/** Give the selection a frequency band, or take it away; its edges then move by keys. */
export function toggleBand(work: Workspace): void {
  const { nyquist } = work.limits;
  const all = work.selected.value.every((one) => one.low_hz != null);
  change(work, t("editor.stepResize"), (one) =>
    all
      ? { ...one, low_hz: null, high_hz: null }
      : {
          ...one,
          low_hz: one.low_hz ?? Math.round(nyquist / 8),
          high_hz: one.high_hz ?? Math.round(nyquist / 2),
        },
  );
}

/** Mark the selection, what is looped, or the screen as fully labelled; or unmark it. */
export function markArea(work: Workspace, mark: boolean): void {
  const chosen = work.selected.value;
  const span =
    chosen.length > 0
      ? { start: Math.min(...chosen.map((one) => one.start)), end: Math.max(...chosen.map((one) => one.end)) }
      : (work.player.range.value ?? work.view.value);
  work.markArea(mark, { start: span.start, end: span.end, channel: null });
}
