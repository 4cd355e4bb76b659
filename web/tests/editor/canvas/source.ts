import { signal } from "@preact/signals";
import type { Segment, SegmentSource } from "../../../src/editor/types";

/** Segments in an array, for tests of what is drawn of them. */
export function sourceOf(segments: readonly Segment[]): SegmentSource {
  return {
    version: signal(0),
    size: segments.length,
    get: (id) => segments.find((segment) => segment.id === id),
    overlapping: (start, end) => segments.filter((segment) => segment.start < end && segment.end > start),
    neighbour: () => undefined,
  };
}
