/** The timeline: draws a scene and says what lies under a pointer. */
import type { Hit, Layer, Place, Segment } from "../types";
import type { Rect, Zone } from "./scene";

export interface TimelineHandle {
  /** The place of a point in CSS pixels from the top left corner; held within the recording. */
  placeAt(x: number, y: number): Place;
  zoneAt(x: number, y: number): Zone;
  /** The segment under a point, the editable layer's first, its selected ones before others. */
  hitAt(x: number, y: number, layers?: readonly Layer[]): Hit | null;
  /** Where a segment is drawn, cut at the edge of the screen; null if it is not on it. */
  rectOf(segment: Segment, layerId: string): Rect | null;
  /** Pixels from the left for a moment, which may lie outside. */
  xOf(time: number): number;
  timeAt(x: number): number;
  /** Seconds that a number of pixels stand for, as for snapping. */
  secondsPerPixel(): number;
  readonly element: HTMLElement;
}
