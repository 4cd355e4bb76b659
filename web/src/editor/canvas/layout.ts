/** Where things lie on the timeline, in CSS pixels: overview, time axis, and for each channel its pictures and lanes. */
import type { Layer, Look } from "../types";
import type { Rect, Zone } from "./scene";

export interface Band {
  readonly top: number;
  readonly height: number;
}

export interface LaneBox extends Band {
  readonly layerId: string;
}

export interface ChannelBox extends Band {
  /** Null where all channels are shown as one. */
  readonly channel: number | null;
  readonly wave: Band | null;
  readonly spectrogram: Band | null;
  readonly lanes: readonly LaneBox[];
}

export interface Layout {
  readonly width: number;
  readonly height: number;
  /** Where time begins: right of the frequency scale. */
  readonly left: number;
  readonly plotWidth: number;
  readonly overview: Band;
  readonly axis: Band;
  /** Where channels are seen. */
  readonly body: Band;
  readonly channels: readonly ChannelBox[];
  /** How far channels can be scrolled. */
  readonly overflow: number;
}

export interface LayoutInput {
  width: number;
  height: number;
  channels: number;
  look: Pick<Look, "waveform" | "spectrogram" | "split">;
  layers: readonly Pick<Layer, "id" | "kind" | "visible">[];
  scroll: number;
}

export const OVERVIEW = 40;
export const AXIS = 24;
export const LANE = 18;
const GAP = 3;
const SCALE = 56;
const SCALE_NARROW = 38;
const NARROW = 560;
const LEAST_WAVE = 40;
const LEAST_SPECTROGRAM = 72;
/** Part of a channel that is waveform, where both are shown. */
const WAVE_PART = 0.26;
const MOST_WAVE = 120;

/** Layers that have lanes of their own. */
export function inLanes<L extends Pick<Layer, "kind" | "visible">>(layers: readonly L[]): L[] {
  return layers.filter((layer) => layer.visible && layer.kind !== "mine");
}

/** Channels that are shown, null for their mix. */
export function shownChannels(channels: number, split: boolean): (number | null)[] {
  return split && channels > 1 ? Array.from({ length: channels }, (_, channel) => channel) : [null];
}

function picturesOf(
  look: LayoutInput["look"],
  top: number,
  height: number,
): Pick<ChannelBox, "wave" | "spectrogram"> {
  if (!look.spectrogram) return { wave: { top, height }, spectrogram: null };
  if (!look.waveform) return { wave: null, spectrogram: { top, height } };
  const part = Math.min(Math.max(Math.round(height * WAVE_PART), LEAST_WAVE), MOST_WAVE);
  return { wave: { top, height: part }, spectrogram: { top: top + part + 1, height: height - part - 1 } };
}

/** Lay everything out. Channels are as high as there is room, and scroll where that is too little. */
export function layoutOf(input: LayoutInput): Layout {
  const { width, height, look } = input;
  const left = width < NARROW ? SCALE_NARROW : SCALE;
  const bodyTop = OVERVIEW + AXIS;
  const body = { top: bodyTop, height: Math.max(0, height - bodyTop) };
  const shown = shownChannels(input.channels, look.split);
  const lanes = inLanes(input.layers);
  const lanesHeight = lanes.length * LANE;
  const least =
    (look.waveform || !look.spectrogram ? LEAST_WAVE : 0) + (look.spectrogram ? LEAST_SPECTROGRAM : 0);
  const share = Math.floor((body.height - GAP * shown.length) / shown.length);
  const block = Math.max(share, least + lanesHeight);
  const overflow = Math.max(0, (block + GAP) * shown.length - body.height);
  const scroll = Math.min(Math.max(input.scroll, 0), overflow);
  const channels = shown.map((channel, place) => {
    const top = bodyTop + place * (block + GAP) - scroll;
    const pictures = block - lanesHeight;
    return {
      channel,
      top,
      height: pictures,
      ...picturesOf(look, top, pictures),
      lanes: lanes.map((layer, row) => ({
        layerId: layer.id,
        top: top + pictures + row * LANE,
        height: LANE,
      })),
    };
  });
  return {
    width,
    height,
    left,
    plotWidth: Math.max(1, width - left),
    overview: { top: 0, height: OVERVIEW },
    axis: { top: OVERVIEW, height: AXIS },
    body,
    channels,
    overflow,
  };
}

export const within = (y: number, band: Band | null): boolean =>
  band !== null && y >= band.top && y < band.top + band.height;

/** The channel whose pictures or lanes lie at a height; the nearest one outside of all. */
export function boxAt(layout: Layout, y: number): ChannelBox | undefined {
  const bottom = (box: ChannelBox): number => (box.lanes.at(-1)?.top ?? box.top + box.height - LANE) + LANE;
  return layout.channels.find((box) => y < bottom(box)) ?? layout.channels.at(-1);
}

export function laneAt(box: ChannelBox | undefined, y: number): LaneBox | undefined {
  return box?.lanes.find((lane) => within(y, lane));
}

export function zoneAt(layout: Layout, x: number, y: number): Zone {
  if (y < layout.overview.height) return "overview";
  if (within(y, layout.axis)) return "axis";
  if (x < layout.left) return "scale";
  return laneAt(boxAt(layout, y), y) ? "lane" : "channel";
}

/** Cut a stretch from `left` to `right` to the plot; null if nothing is left. */
export function cut(layout: Layout, left: number, right: number, band: Band): Rect | null {
  const [from, to] = [Math.max(left, layout.left), Math.min(right, layout.width)];
  if (to < from) return null;
  return { x: from, y: band.top, width: to - from, height: band.height };
}
