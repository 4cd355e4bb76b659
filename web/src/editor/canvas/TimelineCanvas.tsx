import { useRef } from "preact/hooks";
import type { Handlers, Scene } from "./scene";
import type { TimelineHandle } from "./Timeline";

interface Props {
  scene: Scene;
  handlers: Handlers;
  /** Given once the timeline is drawn, and null when it goes. */
  onReady?: (timeline: TimelineHandle | null) => void;
}

/** The recording as pictures of its sound, with its annotations. `scene` and `handlers` do not change while it lives. */
export function TimelineCanvas(_: Props) {
  return <div ref={useRef<HTMLDivElement>(null)} />;
}
