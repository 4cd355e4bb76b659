/** What pointers do on the timeline, by the tool that was chosen. */
import type { Signal } from "@preact/signals";
import { t } from "../../i18n";
import type { Handlers, Pointed, Readout } from "../canvas/scene";
import type { TimelineHandle } from "../canvas/Timeline";
import { snapping } from "../document/settings";
import type { Workspace } from "../document/Workspace";
import { newId } from "../model/segments";
import { pan } from "../model/view";
import type { Edge, Place, Segment } from "../types";
import { draftOf, drawn, isCaught, moved, possibleShift, resized, segmentOf } from "./shapes";
import { edgesNear, SNAP_PIXELS, snapShift, snapTo } from "./snap";

/** Less than this is a click with an unsteady hand. */
const SLIP_PIXELS = 3;

type Drag =
  | { kind: "none" }
  | { kind: "seek" }
  | { kind: "range" }
  | { kind: "pan"; view: { start: number; end: number } }
  | { kind: "band" }
  | { kind: "draw"; box: boolean }
  | { kind: "area"; mark: boolean }
  | { kind: "move"; segment: Segment; copy: boolean }
  | { kind: "resize"; segment: Segment; edge: Edge; corner: "low" | "high" | undefined };

export class PointerTools implements Handlers {
  timeline: TimelineHandle | null = null;
  #from: Pointed | null = null;
  #drag: Drag = { kind: "none" };
  #moved = false;
  #last: Segment[] = [];
  /** The latest frequency under the pointer while it is held: it may leave the spectrogram. */
  #hz: number | null = null;

  constructor(
    private readonly work: Workspace,
    private readonly shown: Signal<Readout | null>,
  ) {}

  readout(readout: Readout | null): void {
    this.shown.value = readout;
  }

  down(pointed: Pointed): void {
    this.#from = pointed;
    this.#moved = false;
    this.#hz = pointed.place.hz;
    this.#drag = this.#begin(pointed);
  }

  #begin({ zone, hit, event }: Pointed): Drag {
    const { work } = this;
    const tool = work.canEdit.value ? work.tool.value : "select";
    if (zone === "axis") return { kind: "range" };
    if (zone !== "channel" && zone !== "lane") return { kind: "none" };
    const own = hit?.layerId === work.layers.activeId.value ? hit : null;
    const isTouch = "pointerType" in event && event.pointerType === "touch";
    if (own && work.canEdit.value && (tool === "select" || this.#isGrip(own.segment.id, own.edge))) {
      // A finger moves what it selected before, else the view: it hides what it touches.
      if (isTouch && !work.selectedIds.value.has(own.segment.id)) return this.#panning();
      if (own.edge) return { kind: "resize", segment: own.segment, edge: own.edge, corner: own.cornerHz };
      return { kind: "move", segment: own.segment, copy: event.ctrlKey || event.metaKey };
    }
    if (tool === "create" || tool === "box") return { kind: "draw", box: tool === "box" };
    if (tool === "area") return { kind: "area", mark: !event.altKey };
    return isTouch ? this.#panning() : { kind: "band" };
  }

  /** While drawing, only edges of what is selected are taken: new segments may begin anywhere else. */
  #isGrip(id: string, edge: Edge | null): boolean {
    return edge !== null && this.work.selectedIds.value.has(id) && this.work.tool.value !== "area";
  }

  #panning(): Drag {
    return { kind: "pan", view: this.work.view.value };
  }

  move(pointed: Pointed): void {
    const from = this.#from;
    if (from === null) return;
    this.#hz = pointed.place.hz ?? this.#hz;
    const far = Math.hypot(pointed.x - from.x, pointed.y - from.y) > SLIP_PIXELS;
    if (!this.#moved && !far) return;
    this.#moved = true;
    this.#follow(from, pointed);
  }

  #follow(from: Pointed, to: Pointed): void {
    const { work } = this;
    const drag = this.#drag;
    if (drag.kind === "range") {
      const [start, end] = [from.place.time, to.place.time].sort((a, b) => a - b) as [number, number];
      work.player.setRange({ start, end });
    } else if (drag.kind === "pan") {
      const seconds = (from.x - to.x) * (this.timeline?.secondsPerPixel() ?? 0);
      work.view.value = pan(drag.view, seconds, work.sound.duration);
    } else if (drag.kind === "move") this.#moveTo(drag.segment, from, to);
    else if (drag.kind === "resize") this.#resizeTo(drag, to);
    else if (drag.kind === "draw" || drag.kind === "area" || drag.kind === "band") this.#draw(drag, from, to);
  }

  #draw(drag: Drag, from: Pointed, to: Pointed): void {
    const { work } = this;
    const withHz = (drag.kind === "draw" && drag.box) || drag.kind === "band";
    const corner = (place: Place, hz: number | null, event: Pointed["event"]) => ({
      time: drag.kind === "band" ? place.time : this.#snap(place.time, place.channel, event),
      hz: withHz ? hz : null,
    });
    const [a, b] = [corner(from.place, from.place.hz, to.event), corner(to.place, this.#hz, to.event)];
    const label = drag.kind === "draw" ? work.label.value : null;
    work.draft.value = drawn(a, b, from.place.channel, label, work.limits);
  }

  #moveTo(segment: Segment, from: Pointed, to: Pointed): void {
    const { work } = this;
    const group = this.#group(segment);
    let seconds = to.place.time - from.place.time;
    const edges = (time: number) =>
      this.#snap(time, segment.channel ?? null, to.event, new Set(group.map((one) => one.id)));
    seconds += snapShift(segment.start + seconds, segment.end + seconds, edges);
    seconds = possibleShift(group, seconds, work.limits);
    const hz = from.place.hz !== null && this.#hz !== null ? this.#hz - from.place.hz : 0;
    this.#last = group.map((one) => moved(one, seconds, hz, work.limits));
    const shown = this.#last.find((one) => one.id === segment.id);
    if (shown) work.draft.value = draftOf(shown);
  }

  /** What moves together: the selection, or what was taken where that is not in it. */
  #group(segment: Segment): readonly Segment[] {
    const { selectedIds, selected } = this.work;
    return selectedIds.value.has(segment.id) ? selected.value : [segment];
  }

  #resizeTo(drag: Extract<Drag, { kind: "resize" }>, to: Pointed): void {
    const { segment, edge, corner } = drag;
    const { limits } = this.work;
    let next = segment;
    if (edge === "start" || edge === "end") {
      const time = this.#snap(to.place.time, segment.channel ?? null, to.event, new Set([segment.id]));
      next = resized(next, edge, time, limits);
      if (corner && this.#hz !== null) next = resized(next, corner, this.#hz, limits);
    } else if (this.#hz !== null) next = resized(next, edge, this.#hz, limits);
    this.#last = [next];
    this.work.draft.value = draftOf(next);
  }

  /** Alt switches snapping for the time that it is held. */
  #snap(
    time: number,
    channel: number | null,
    event: Pointed["event"],
    moving: ReadonlySet<string> = new Set(),
  ): number {
    if (snapping.value === event.altKey) return time;
    const reach = SNAP_PIXELS * (this.timeline?.secondsPerPixel() ?? 0);
    const segments = this.work.document?.segments;
    const edges = segments ? edgesNear(segments, time, reach, channel, moving) : [];
    return snapTo(time, [...edges, this.work.player.time.value, 0, this.work.sound.duration], reach);
  }

  up(pointed: Pointed): void {
    const [from, drag, wasMoved] = [this.#from, this.#drag, this.#moved];
    if (from === null) return;
    if (wasMoved) this.#follow(from, pointed);
    const draft = this.work.draft.value;
    this.#forget();
    if (!wasMoved) this.#click(from);
    else if (drag.kind === "move" || drag.kind === "resize") this.#keep(drag);
    else if (draft !== null) this.#finish(drag, draft, pointed);
    this.#last = [];
  }

  #click({ zone, hit, place, event }: Pointed): void {
    const { work } = this;
    if (zone === "axis") {
      work.player.setRange(null);
      work.player.seek(place.time);
    } else if (hit && (event.shiftKey || event.ctrlKey || event.metaKey))
      work.toggle(hit.layerId, hit.segment.id);
    else if (hit) work.select(hit.layerId, [hit.segment.id]);
    else {
      if (!event.shiftKey) work.deselect();
      work.player.seek(place.time);
    }
  }

  #keep(drag: Extract<Drag, { kind: "move" | "resize" }>): void {
    const { work } = this;
    const isCopy = drag.kind === "move" && drag.copy;
    const made = isCopy ? this.#last.map((one) => ({ ...one, id: newId() })) : this.#last;
    const label = isCopy
      ? "editor.stepDuplicate"
      : drag.kind === "move"
        ? "editor.stepMove"
        : "editor.stepResize";
    const done = work.edit(
      made.map((after) => ({ id: after.id, after })),
      { label: t(label) },
    );
    if (done) work.selectOwn(made.map((one) => one.id));
  }

  #finish(drag: Drag, draft: NonNullable<Workspace["draft"]["value"]>, { event }: Pointed): void {
    const { work } = this;
    if (drag.kind === "draw") {
      const segment = segmentOf(draft, newId());
      if (work.edit([{ id: segment.id, after: segment }], { label: t("editor.stepCreate") }))
        work.selectOwn([segment.id]);
    } else if (drag.kind === "area") {
      work.markArea(drag.mark, { start: draft.start, end: draft.end, channel: draft.channel });
    } else if (drag.kind === "band") {
      const source = work.active?.segments;
      const inside = source?.overlapping(draft.start, draft.end).filter((one) => isCaught(one, draft)) ?? [];
      const before = event.shiftKey ? work.selectedIds.value : [];
      work.selectOwn([...before, ...inside.map((one) => one.id)]);
    }
  }

  cancel(): void {
    this.#forget();
    this.#last = [];
  }

  #forget(): void {
    this.work.draft.value = null;
    this.#from = null;
    this.#drag = { kind: "none" };
  }

  /** Whether something is being dragged: Escape gives it up. */
  get isBusy(): boolean {
    return this.#from !== null;
  }

  double({ hit, place }: Pointed): void {
    const { work } = this;
    if (hit) void work.player.playRange(hit.segment.start, hit.segment.end);
    else work.player.seek(place.time);
  }
}
