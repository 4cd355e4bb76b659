/**
 * What the parts of the editor tell each other.
 *
 * `document/` holds annotations and saves them; `canvas/` draws and says what lies under a pointer; `player/` plays;
 * `tools/` and `commands/` turn pointers and keys into edits; `panels/` are the controls around. Only `Editor.tsx` knows
 * all of them.
 *
 * Times are seconds from the start of the recording, intervals half-open, frequencies Hz.
 */
import type { ReadonlySignal } from "@preact/signals";
import type { SchemaPlainSegment } from "../api/schema";

/** A segment as the server has it, with its name in the annotation. */
export interface Segment extends SchemaPlainSegment {
  readonly id: string;
}

/** A stretch of time that is fully labelled; all channels where `channel` is null. */
export interface Area {
  start: number;
  end: number;
  channel: number | null;
}

/** The stretch of time on the screen. */
export interface View {
  readonly start: number;
  readonly end: number;
}

/** A place in the recording. `hz` is null outside the spectrogram, `channel` null where channels are shown as one. */
export interface Place {
  time: number;
  hz: number | null;
  channel: number | null;
}

/** Side of a segment that can be dragged. */
export type Edge = "start" | "end" | "low" | "high";

/** What lies under the pointer. */
export interface Hit {
  layerId: string;
  segment: Segment;
  /** The edge near the pointer, null inside. Corners give the time edge and `cornerHz`. */
  edge: Edge | null;
  cornerHz?: "low" | "high";
}

/** Segments that are found by time, fast for 100,000 of them. */
export interface SegmentSource {
  /** Grows with each change: drawing and lists depend on it. */
  readonly version: ReadonlySignal<number>;
  readonly size: number;
  get(id: string): Segment | undefined;
  /** Those that overlap [start, end), in order of their start. */
  overlapping(start: number, end: number): Segment[];
  /** The next segment that starts after a moment, or the last one that starts before it. */
  neighbour(time: number, direction: 1 | -1): Segment | undefined;
}

/** One annotation on the screen. */
export interface Layer {
  readonly id: string;
  readonly title: string;
  readonly kind: "mine" | "person" | "model" | "file";
  readonly segments: SegmentSource;
  readonly editable: boolean;
  readonly visible: boolean;
  /** Lower scores are not shown. */
  readonly minScore: number;
  readonly areas: readonly Area[];
  /** Of a model's layer: segments that the person's own annotation has already; drawn fainter, with a check mark. */
  readonly isAccepted?: (id: string) => boolean;
  /** Segments of this layer that are selected, where it is not edited. */
  readonly selected?: ReadonlySet<string>;
}

/** Colour of a label in this project, `#rrggbb`; labels outside the label set get one too, always the same. */
export type ColourOf = (label: string | null | undefined) => string;

/** Facts of the recording that drawing and playing need. */
export interface Sound {
  readonly recordingId: string;
  readonly duration: number;
  readonly sampleRate: number;
  readonly channels: number;
  readonly video: boolean;
  /** ISO 8601 clock time of the first sample, where it is known. */
  readonly recordedAt: string | null;
}

export type Scale = "mel" | "linear" | "constant_q";
export type ColourMap = "grey" | "magma" | "viridis" | "inferno";

/** How sound is drawn. Only `scale` and the fields below it need other tiles; the rest is applied in the browser. */
export interface Look {
  colourMap: ColourMap;
  /** Levels in dB that are black and white; within what tiles hold (-100 to 0 dB). */
  floorDb: number;
  ceilingDb: number;
  /** Waveforms are drawn this much higher, in dB. */
  gainDb: number;
  waveform: boolean;
  spectrogram: boolean;
  /** Channels apart, or their mix. */
  split: boolean;
  clockTime: boolean;
  scale: Scale;
  windowSeconds: number;
  lowHz: number | null;
  highHz: number | null;
}

export type Tool = "select" | "create" | "box" | "area" | "pan";

/** What is drawn over the layers while something is dragged, and how it would be kept. */
export interface Draft {
  start: number;
  end: number;
  lowHz: number | null;
  highHz: number | null;
  channel: number | null;
  label: string | null;
  /** The segment that is being changed, drawn as the draft instead. */
  replaces: string | null;
}
