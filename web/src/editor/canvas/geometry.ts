/** Between pixels and places in the recording: where segments are drawn and what lies under a point. */
import { timeAt, xOf } from "../model/view";
import type { Edge, Hit, Layer, Place, Segment, View } from "../types";
import { isOn, isShown } from "./density";
import type { Frequencies } from "./frequency";
import { type Band, boxAt, type ChannelBox, cut, type Layout, laneAt, within, zoneAt } from "./layout";
import type { Rect } from "./scene";

/** How near an edge counts as on it, in pixels. */
export const REACH = 6;

export interface Geometry {
  readonly layout: Layout;
  readonly view: View;
  readonly frequencies: Frequencies | null;
  readonly duration: number;
}

export function plotX(at: Geometry, time: number): number {
  return at.layout.left + xOf(time, at.view, at.layout.plotWidth);
}

export function plotTime(at: Geometry, x: number): number {
  return timeAt(x - at.layout.left, at.view, at.layout.plotWidth);
}

export function yOfHz(band: Band, frequencies: Frequencies, hz: number): number {
  return band.top + (1 - frequencies.partOf(hz)) * band.height;
}

export function hzAt(band: Band, frequencies: Frequencies, y: number): number {
  const part = 1 - (y - band.top) / band.height;
  return frequencies.hzAt(Math.min(Math.max(part, 0), 1));
}

export function placeAt(at: Geometry, x: number, y: number): Place {
  const time = Math.min(Math.max(plotTime(at, x), 0), at.duration);
  const box = boxAt(at.layout, y);
  const inside = box !== undefined && within(y, box.spectrogram);
  const hz = inside && box.spectrogram && at.frequencies ? hzAt(box.spectrogram, at.frequencies, y) : null;
  return { time, hz, channel: box?.channel ?? null };
}

/** Frequency at a height in the spectrogram of a channel, held at its ends: for drags that leave it. */
export function hzNear(at: Geometry, channel: number | null, y: number): number | null {
  const box = at.layout.channels.find((one) => one.channel === channel);
  return box?.spectrogram && at.frequencies ? hzAt(box.spectrogram, at.frequencies, y) : null;
}

/** Whether a segment is a box in time and frequency, rather than an interval over all frequencies. */
export function isBox(segment: Pick<Segment, "low_hz" | "high_hz">): boolean {
  return (segment.low_hz ?? null) !== null || (segment.high_hz ?? null) !== null;
}

/** Heights that a segment of a layer over the channels takes. */
export function bandOf(at: Geometry, box: ChannelBox, lowHz: number | null, highHz: number | null): Band {
  if ((lowHz === null && highHz === null) || !box.spectrogram || !at.frequencies) return box;
  const { spectrogram } = box;
  const top = highHz === null ? spectrogram.top : yOfHz(spectrogram, at.frequencies, highHz);
  const bottom =
    lowHz === null ? spectrogram.top + spectrogram.height : yOfHz(spectrogram, at.frequencies, lowHz);
  const from = Math.min(Math.max(top, spectrogram.top), spectrogram.top + spectrogram.height);
  return { top: from, height: Math.max(1, Math.min(bottom, spectrogram.top + spectrogram.height) - from) };
}

/** Where a segment is drawn in one channel's box; null if it is not on the screen. */
export function rectIn(
  at: Geometry,
  box: ChannelBox,
  layer: Pick<Layer, "id" | "kind">,
  segment: Segment,
): Rect | null {
  if (!isOn(segment, box.channel)) return null;
  const lane = box.lanes.find((one) => one.layerId === layer.id);
  if (layer.kind !== "mine" && !lane) return null;
  const band = lane ?? bandOf(at, box, segment.low_hz ?? null, segment.high_hz ?? null);
  return cut(at.layout, plotX(at, segment.start), plotX(at, segment.end), band);
}

interface Candidate {
  readonly hit: Hit;
  readonly selected: boolean;
  /** Pixels from the nearest edge in time. */
  readonly distance: number;
  readonly length: number;
}

/** Reach of an edge from inside: narrow segments keep a middle by which they can be moved. */
function reachInside(width: number): number {
  return Math.min(REACH, width / 3);
}

function timeEdge(x: number, left: number, right: number): Edge | null {
  const inside = reachInside(right - left);
  const nearStart = x >= left - REACH && x <= left + inside;
  const nearEnd = x <= right + REACH && x >= right - inside;
  if (nearStart && nearEnd) return Math.abs(x - left) <= Math.abs(x - right) ? "start" : "end";
  return nearStart ? "start" : nearEnd ? "end" : null;
}

function hzEdge(y: number, band: Band): "low" | "high" | null {
  const inside = reachInside(band.height);
  const bottom = band.top + band.height;
  if (y >= band.top - REACH && y <= band.top + inside) return "high";
  return y <= bottom + REACH && y >= bottom - inside ? "low" : null;
}

function edgesOf(
  x: number,
  y: number,
  left: number,
  right: number,
  band: Band | null,
): Pick<Hit, "edge" | "cornerHz"> {
  const time = timeEdge(x, left, right);
  const hz = band ? hzEdge(y, band) : null;
  if (time !== null && hz !== null) return { edge: time, cornerHz: hz };
  return { edge: time ?? hz };
}

function better(a: Candidate, b: Candidate): number {
  if (a.selected !== b.selected) return a.selected ? -1 : 1;
  const [onA, onB] = [a.hit.edge !== null, b.hit.edge !== null];
  if (onA && onB && a.distance !== b.distance) return a.distance - b.distance;
  return a.length - b.length;
}

function candidate(
  at: Geometry,
  box: ChannelBox,
  layer: Layer,
  segment: Segment,
  x: number,
  y: number,
): Candidate | null {
  const [left, right] = [plotX(at, segment.start), plotX(at, segment.end)];
  const lane = laneAt(box, y);
  const boxed = !lane && isBox(segment) && box.spectrogram !== null && at.frequencies !== null;
  const band = boxed ? bandOf(at, box, segment.low_hz ?? null, segment.high_hz ?? null) : null;
  // In the waveform a box has no frequencies: there it is what it is in time.
  const overBand = band && within(y, box.wave) ? null : band;
  const reach = layer.editable ? REACH : 2;
  if (x < left - reach || x > right + reach) return null;
  if (overBand && (y < overBand.top - reach || y > overBand.top + overBand.height + reach)) return null;
  const edges = layer.editable ? edgesOf(x, y, left, right, overBand) : { edge: null };
  const distance = Math.min(Math.abs(x - left), Math.abs(x - right));
  const hit = { layerId: layer.id, segment, ...edges };
  return { hit, selected: false, distance, length: segment.end - segment.start };
}

/** The segment under a point: selected ones first, then the nearest edge, then the shortest. */
export function hitAt(
  at: Geometry,
  x: number,
  y: number,
  layers: readonly Layer[],
  selected: ReadonlySet<string>,
): Hit | null {
  const zone = zoneAt(at.layout, x, y);
  const box = boxAt(at.layout, y);
  if (!box || (zone !== "channel" && zone !== "lane")) return null;
  const lane = laneAt(box, y);
  const here = layers.filter(
    (layer) => layer.visible && (lane ? layer.id === lane.layerId : layer.kind === "mine"),
  );
  // Half-open: one pixel more finds what ends or begins just within reach.
  const [from, to] = [plotTime(at, x - REACH - 1), plotTime(at, x + REACH + 1)];
  const found: Candidate[] = [];
  for (const layer of here) {
    for (const segment of layer.segments.overlapping(from, to)) {
      if (!isOn(segment, box.channel) || !isShown(segment, layer)) continue;
      const one = candidate(at, box, layer, segment, x, y);
      if (one) found.push({ ...one, selected: layer.editable && selected.has(segment.id) });
    }
  }
  return found.sort(better)[0]?.hit ?? null;
}

/** Cursor over a hit, as CSS names it. */
export function cursorOver(hit: Hit): string {
  if (hit.edge === null) return "pointer";
  if (hit.cornerHz !== undefined)
    return (hit.edge === "start") === (hit.cornerHz === "high") ? "nwse-resize" : "nesw-resize";
  return hit.edge === "low" || hit.edge === "high" ? "ns-resize" : "ew-resize";
}
