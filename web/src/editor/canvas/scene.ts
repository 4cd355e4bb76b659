/** What the timeline shows and whom it tells. Signals are read only, but for `view`, which wheel and touch move. */
import type { ReadonlySignal, Signal } from "@preact/signals";
import type { Following } from "../model/view";
import type { ColourOf, Draft, Hit, Layer, Look, Place, Sound, Tool, View } from "../types";

export interface Scene {
  readonly sound: Sound;
  readonly view: Signal<View>;
  readonly look: ReadonlySignal<Look>;
  /** In order from top to bottom; those of kind `mine` are drawn over the channels, others in lanes below them. */
  readonly layers: ReadonlySignal<readonly Layer[]>;
  /** Segments of the editable layer that are selected. */
  readonly selected: ReadonlySignal<ReadonlySet<string>>;
  readonly draft: ReadonlySignal<Draft | null>;
  readonly colourOf: ReadonlySignal<ColourOf>;
  readonly tool: ReadonlySignal<Tool>;
  /** Playhead, seconds. */
  readonly time: ReadonlySignal<number>;
  readonly playing: ReadonlySignal<boolean>;
  /** What is played or looped, null for everything. */
  readonly range: ReadonlySignal<View | null>;
  readonly follow: ReadonlySignal<Following>;
  /** What a plain vertical wheel does; `zoom` unless the reader chose otherwise. */
  readonly wheel: ReadonlySignal<"zoom" | "pan">;
}

/** Which part of the timeline the pointer is on. */
export type Zone = "axis" | "channel" | "lane" | "overview" | "scale";

/** A pointer on the timeline. */
export interface Pointed {
  readonly zone: Zone;
  /** CSS pixels from the top left corner of the timeline. */
  readonly x: number;
  readonly y: number;
  readonly place: Place;
  readonly hit: Hit | null;
  readonly event: PointerEvent | MouseEvent;
}

/** Told to tools. Overview, wheel, pinch, the middle button and the tool `pan` are dealt with before. */
export interface Handlers {
  /** The pointer is captured until it goes up or `cancel` comes. */
  down?(pointed: Pointed): void;
  /** With or without a button held. */
  move?(pointed: Pointed): void;
  up?(pointed: Pointed): void;
  /** A second finger, Escape of the system or a lost capture: what was begun is given up. */
  cancel?(): void;
  double?(pointed: Pointed): void;
  context?(pointed: Pointed): void;
  leave?(): void;
  /** What is under the pointer, null when it left; at most once a frame. */
  readout?(readout: Readout | null): void;
  /** Something could not be loaded for good; drawing goes on without it. */
  trouble?(error: unknown): void;
}

export interface Readout {
  readonly time: number;
  readonly hz: number | null;
  readonly channel: number | null;
  /** Level in dB relative to a full-scale sine of the spectrogram there; null where nothing is loaded. */
  readonly db: number | null;
  /** Whose lane it is, null outside of lanes. */
  readonly owner: string | null;
}

/** A rectangle in CSS pixels from the top left corner of the timeline. */
export interface Rect {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}
