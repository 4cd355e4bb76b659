/** Moving along the recording and between segments. */

import type { OpenLayer } from "../document/OpenLayer";
import type { Workspace } from "../document/Workspace";
import { isUncertain } from "../model/segments";
import { fit as fitted, lengthOf, reveal, wholeView, zoom } from "../model/view";
import type { Segment } from "../types";

/** A part of the view that an arrow key moves the playhead by. */
const ARROW_PART = 0.01;
const ZOOM_STEP = 1.5;

export function movePlayhead(work: Workspace, direction: 1 | -1, part = ARROW_PART): void {
  seek(work, work.player.time.value + direction * part * lengthOf(work.view.value));
}

export function seek(work: Workspace, time: number): void {
  work.player.seek(time);
  const at = work.player.time.value;
  work.view.value = reveal(work.view.value, at, at, work.sound.duration);
}

export function zoomBy(work: Workspace, direction: 1 | -1): void {
  const { start, end } = work.view.value;
  const at = work.player.time.value;
  const around = at >= start && at <= end ? at : (start + end) / 2;
  work.view.value = zoom(
    work.view.value,
    direction > 0 ? 1 / ZOOM_STEP : ZOOM_STEP,
    around,
    work.sound.duration,
  );
}

export function fitAll(work: Workspace): void {
  work.view.value = wholeView(work.sound.duration);
}

export function fitSelection(work: Workspace): void {
  const chosen = work.selected.value;
  const range = work.player.range.value;
  if (chosen.length > 0) {
    const end = Math.max(...chosen.map((one) => one.end));
    work.view.value = fitted(chosen[0]?.start ?? 0, end, work.sound.duration);
  } else if (range) work.view.value = fitted(range.start, range.end, work.sound.duration);
}

export interface Position {
  readonly time: number;
  /** The segment that one stands on. */
  readonly id: string | null;
}

/** The next segment in a sorted list, or the one before, that is wanted. Several may start at the same moment. */
export function stepThrough(
  all: readonly Segment[],
  from: Position,
  direction: 1 | -1,
  isWanted: (segment: Segment) => boolean = () => true,
): Segment | undefined {
  let [low, high] = [0, all.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((all[middle]?.start ?? Infinity) < from.time) low = middle + 1;
    else high = middle;
  }
  let at = low;
  while (from.id !== null && all[at]?.start === from.time && all[at]?.id !== from.id) at++;
  const stands = from.id !== null && all[at]?.id === from.id;
  for (let n = direction > 0 ? at + (stands ? 1 : 0) : (stands ? at : low) - 1; ; n += direction) {
    const one = all[n];
    if (one === undefined || isWanted(one)) return one;
  }
}

function positionIn(work: Workspace, layerId: string | null): Position {
  const { layerId: chosenIn } = work.selection;
  const chosen = work.selected.value;
  const one = chosen.at(-1);
  if (one) return { time: one.start, id: chosenIn === layerId ? one.id : null };
  return { time: work.player.time.value, id: null };
}

function goTo(work: Workspace, layerId: string, segment: Segment): void {
  work.select(layerId, [segment.id]);
  work.reveal(segment);
  if (!work.player.playing.value) work.player.seek(segment.start);
}

/** Go to the next segment of the annotation that one is in. */
export function stepSegment(work: Workspace, direction: 1 | -1): void {
  const layer =
    work.layers.open.value.find((one) => one.id === work.selection.layerId) ??
    work.active ??
    firstVisible(work);
  if (!layer) return;
  const hidden = layer.showRejected.value ? new Set<string>() : layer.rejected.ids.value;
  const isShown = (one: Segment) => (one.score ?? 1) >= layer.minScore.value && !hidden.has(one.id);
  const found = stepThrough(layer.document.segments.all, positionIn(work, layer.id), direction, isShown);
  if (found) goTo(work, layer.id, found);
}

function firstVisible(work: Workspace): OpenLayer | undefined {
  return work.layers.open.value.find((layer) => layer.visible.value);
}

/** What a person still has to look at: what they were unsure of, and what models found and nobody took over. */
export function isToReview(work: Workspace, layer: OpenLayer, segment: Segment): boolean {
  if (layer === work.active) return isUncertain(segment);
  if (layer.header.value.kind === "person" || !layer.visible.value) return false;
  const isDone = work.document?.segments.get(segment.id) !== undefined || layer.rejected.has(segment.id);
  return !isDone && (segment.score ?? 1) >= layer.minScore.value;
}

/** Go to the next segment to review, in whichever layer. Returns whether there is one. */
export function stepReview(work: Workspace, direction: 1 | -1): boolean {
  const layers = work.layers.open.value.filter((layer) => layer === work.active || layer.visible.value);
  const here = layers.findIndex((layer) => layer.id === work.selection.layerId);
  const found: { layer: OpenLayer; segment: Segment }[] = [];
  for (const [rank, layer] of layers.entries()) {
    const from = positionIn(work, layer.id);
    // At one moment layers come one after the other: what starts now in those before was seen.
    const time = rank < here ? from.time + 1e-9 : from.time;
    const isWanted = (one: Segment) => isToReview(work, layer, one);
    const segment = stepThrough(layer.document.segments.all, { ...from, time }, direction, isWanted);
    if (segment) found.push({ layer, segment });
  }
  const inOrder = direction > 0 ? found : found.reverse();
  const [next] = inOrder.sort((a, b) => (a.segment.start - b.segment.start) * direction);
  if (next) goTo(work, next.layer.id, next.segment);
  return next !== undefined;
}

/** Play the selection, or from the playhead where nothing is selected. */
export function playSelection(work: Workspace): void {
  const chosen = work.selected.value;
  if (chosen.length === 0) return void work.player.play();
  const end = Math.max(...chosen.map((one) => one.end));
  void work.player.playRange(chosen[0]?.start ?? 0, end, work.player.loop.value);
}

/** Loop the selection; without one, loop what is played or stop looping. */
export function toggleLoop(work: Workspace): void {
  const { player } = work;
  const chosen = work.selected.value;
  if (player.loop.value) {
    player.setLoop(false);
    player.setRange(null);
  } else {
    if (chosen.length > 0) {
      player.setRange({ start: chosen[0]?.start ?? 0, end: Math.max(...chosen.map((one) => one.end)) });
    }
    player.setLoop(true);
  }
}

const RATES = [0.25, 0.5, 0.75, 1, 1.25, 1.5, 2, 3, 4] as const;

export function stepRate(work: Workspace, direction: 1 | -1): void {
  const rate = work.player.rate.value;
  const next = direction > 0 ? RATES.find((one) => one > rate) : RATES.findLast((one) => one < rate);
  if (next !== undefined) work.player.setRate(next);
}
