import { useComputed } from "@preact/signals";
import { useMemo } from "preact/hooks";
import type { Handlers, Pointed, Scene } from "../editor/canvas/scene";
import { TimelineCanvas } from "../editor/canvas/TimelineCanvas";
import { FIRST_LOOK, follow, wheel } from "../editor/document/settings";
import type { Layer, Segment, SegmentSource } from "../editor/types";
import type { Desk } from "./Desk";
import { isSpoken } from "./model/rows";
import styles from "./transcript.module.css";

/** Lines as the timeline draws them: by who speaks, in the speaker's colour. */
class Lines implements SegmentSource {
  readonly version;
  readonly #drawn = new WeakMap<Segment, Segment>();

  constructor(private readonly source: SegmentSource) {
    this.version = source.version;
  }

  get size(): number {
    return this.source.size;
  }

  #draw(segment: Segment): Segment {
    const held = this.#drawn.get(segment);
    if (held) return held;
    const { speaker: _, text, ...rest } = segment;
    const drawn = { ...rest, label: segment.speaker ?? null, text: text ?? null };
    this.#drawn.set(segment, drawn);
    return drawn;
  }

  get(id: string): Segment | undefined {
    const found = this.source.get(id);
    return found && this.#draw(found);
  }

  overlapping(start: number, end: number): Segment[] {
    return this.source
      .overlapping(start, end)
      .filter(isSpoken)
      .map((segment) => this.#draw(segment));
  }

  neighbour(time: number, direction: 1 | -1): Segment | undefined {
    const found = this.source.neighbour(time, direction);
    return found && this.#draw(found);
  }
}

/** Clicks seek, and put the cursor where they hit a line; a double click plays it. */
function handlersOf(desk: Desk): Handlers {
  const { player } = desk.work;
  let from: Pointed | null = null;
  const seek = ({ place, hit, zone }: Pointed) => {
    if (zone !== "channel" && zone !== "axis") return;
    player.setRange(null);
    player.seek(place.time);
    desk.away.value = false;
    if (hit) desk.goTo(place.time);
  };
  return {
    down: (pointed) => {
      from = pointed;
    },
    up: (pointed) => {
      if (from && Math.abs(from.x - pointed.x) < 4) seek(pointed);
      from = null;
    },
    cancel: () => {
      from = null;
    },
    double: ({ hit }) => {
      if (hit) desk.playLine(hit.segment.id);
    },
  };
}

const LOOK = { ...FIRST_LOOK, waveform: true, spectrogram: false, split: false };

/** The timeline, small: where the lines lie in the sound. */
export function Strip({ desk }: { desk: Desk }) {
  const { work } = desk;
  const source = useComputed(() => {
    const document = desk.layer.value?.document;
    return document ? new Lines(document.segments) : null;
  });
  const layers = useComputed((): readonly Layer[] => {
    const layer = desk.layer.value;
    if (!layer || !source.value) return [];
    const shown = { visible: true, minScore: 0, areas: [], editable: true };
    return [
      { id: layer.id, title: layer.header.value.source, kind: "mine", segments: source.value, ...shown },
    ];
  });
  const look = useComputed(() => LOOK);
  const selected = useComputed(() => work.layers.selection.value.ids);
  const tool = useComputed(() => "select" as const);
  const draft = useComputed(() => null);
  const handlers = useMemo(() => handlersOf(desk), [desk]);
  const scene: Scene = useMemo(
    () => ({
      sound: work.sound,
      view: work.view,
      look,
      layers,
      selected,
      draft,
      colourOf: desk.colourOf,
      tool,
      time: work.player.time,
      playing: work.player.playing,
      range: work.player.range,
      follow,
      wheel,
    }),
    [desk],
  );
  return (
    <div class={styles.strip} data-timeline data-part>
      <TimelineCanvas scene={scene} handlers={handlers} />
    </div>
  );
}
