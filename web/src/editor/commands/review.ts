/** Taking over, or not, what models found. */
import { t } from "../../i18n";
import { say } from "../../ui";
import type { OpenLayer } from "../document/OpenLayer";
import type { Workspace } from "../document/Workspace";
import { named, UNCERTAIN, withTag } from "../model/segments";
import type { Segment } from "../types";
import { stepReview } from "./navigate";

function chosenLayer(work: Workspace): OpenLayer | undefined {
  return work.layers.open.value.find((layer) => layer.id === work.selection.layerId);
}

/** Take segments over into one's own annotation, under the same names. Returns whether that was done. */
export function take(work: Workspace, layer: OpenLayer, segments: readonly Segment[]): boolean {
  const own = work.document?.segments;
  const missing = segments.filter((one) => own?.get(one.id) === undefined);
  if (missing.length === 0) return true;
  const edits = missing.map((one) => ({ id: one.id, after: named(one.id, one) }));
  const done = work.edit(edits, { label: t("editor.stepAccept") });
  if (done)
    layer.rejected.set(
      missing.map((one) => one.id),
      false,
    );
  return done;
}

/** Accept the selection: take a model's segments over, or say of one's own that they are certain now. */
export function accept(work: Workspace): void {
  const layer = chosenLayer(work);
  const chosen = work.selected.value;
  if (layer === undefined || chosen.length === 0) return void stepReview(work, 1);
  const isDone = layer === work.active ? certain(work, chosen) : take(work, layer, chosen);
  if (isDone && !stepReview(work, 1)) say(t("editor.nothingToReview"));
}

function certain(work: Workspace, chosen: readonly Segment[]): boolean {
  const edits = chosen.map((one) => ({ id: one.id, after: withTag(one, UNCERTAIN, null) }));
  return work.edit(edits, { label: t("editor.stepAccept") });
}

/** Reject the selection: a model's segments are hidden, one's own deleted. */
export function reject(work: Workspace): void {
  const layer = chosenLayer(work);
  const chosen = work.selected.value;
  if (layer === undefined || chosen.length === 0) return;
  const ids = chosen.map((one) => one.id);
  if (layer === work.active) {
    if (
      !work.edit(
        ids.map((id) => ({ id, after: null })),
        { label: t("editor.stepDelete") },
      )
    )
      return;
    rejectEverywhere(work, ids);
  } else {
    layer.rejected.set(ids, true);
    if (ids.length > 1) say(t("editor.rejected", { count: ids.length }), undoReject(layer, ids));
  }
  if (!stepReview(work, 1)) work.deselect();
}

/** What was rejected after it had been taken over is not asked for again. */
function rejectEverywhere(work: Workspace, ids: readonly string[]): void {
  for (const layer of work.layers.open.value) {
    const there = ids.filter((id) => layer.document.segments.get(id));
    if (layer !== work.active && layer.header.value.kind !== "person" && there.length > 0)
      layer.rejected.set(there, true);
  }
}

function undoReject(layer: OpenLayer, ids: readonly string[]) {
  return { label: t("common.undo"), run: () => layer.rejected.set(ids, false) };
}

/** What "accept all" takes over: what is shown, has the score, and is neither there nor rejected. */
export function acceptable(work: Workspace, layer: OpenLayer): Segment[] {
  const own = work.document?.segments;
  const least = layer.minScore.value;
  return layer.document.segments.all.filter(
    (one) => (one.score ?? 1) >= least && own?.get(one.id) === undefined && !layer.rejected.has(one.id),
  );
}

export function takeAll(work: Workspace, layer: OpenLayer): void {
  const all = acceptable(work, layer);
  if (!take(work, layer, all)) return;
  say(t("editor.accepted", { count: all.length }), { label: t("common.undo"), run: () => work.undo() });
}
