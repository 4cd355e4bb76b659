import { useMemo } from "preact/hooks";
import { outlineOf } from "./waveform";

/** The shape of a whole recording, small. */
export function Waveform({ thumbnail, class: more = "" }: { thumbnail: string | null; class?: string }) {
  const outline = useMemo(() => (thumbnail === null ? "" : outlineOf(thumbnail)), [thumbnail]);
  return (
    <svg class={more} viewBox="0 0 100 256" preserveAspectRatio="none" aria-hidden="true">
      <path d={outline === "" ? "M0.5,127L99.5,127L99.5,129L0.5,129Z" : outline} fill="currentColor" />
    </svg>
  );
}
