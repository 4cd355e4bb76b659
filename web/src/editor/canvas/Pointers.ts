/** Pointers on the timeline: moves the view where they ask for it, and hands the rest to the tools. */
import { centre, pan, SHORTEST, wholeView, zoom } from "../model/view";
import type { View } from "../types";
import { cursorOver } from "./geometry";
import { dragWindow, type Grip, gripAt, pinch, wheelEffect } from "./gestures";
import type { Handlers, Pointed, Scene } from "./scene";
import type { Timeline } from "./Timeline";

type Point = { x: number; y: number };
type Drag =
  | { kind: "tool" }
  | { kind: "pan"; from: Point; view: View; scroll: number }
  | { kind: "window"; from: Point; view: View; grip: Grip };

const GRIP_CURSORS: Readonly<Record<Grip, string>> = {
  start: "ew-resize",
  end: "ew-resize",
  inside: "grab",
  outside: "pointer",
};

export class Pointers {
  private readonly fingers = new Map<number, Point>();
  private drag: Drag | null = null;
  private readonly stop = new AbortController();

  constructor(
    private readonly timeline: Timeline,
    private readonly scene: Scene,
    private readonly handlers: Handlers,
  ) {
    const { element } = timeline;
    const options = { signal: this.stop.signal };
    element.addEventListener("wheel", this.wheel, { ...options, passive: false });
    element.addEventListener("pointerdown", this.down, options);
    element.addEventListener("pointermove", this.move, options);
    element.addEventListener("pointerup", this.up, options);
    element.addEventListener("pointercancel", this.lost, options);
    element.addEventListener("pointerleave", this.leave, options);
    element.addEventListener("dblclick", this.double, options);
    element.addEventListener("contextmenu", this.context, options);
  }

  close(): void {
    this.stop.abort();
  }

  private get duration(): number {
    return this.scene.sound.duration;
  }

  private pointOf(event: MouseEvent): Point {
    const box = this.timeline.element.getBoundingClientRect();
    return { x: event.clientX - box.left, y: event.clientY - box.top };
  }

  private pointed(event: PointerEvent | MouseEvent, { x, y } = this.pointOf(event)): Pointed {
    const { timeline } = this;
    const [zone, place, hit] = [timeline.zoneAt(x, y), timeline.placeAt(x, y), timeline.hitAt(x, y)];
    return { zone, x, y, place, hit, event };
  }

  private readonly wheel = (event: WheelEvent): void => {
    event.preventDefault();
    const { x, y } = this.pointOf(event);
    const effect = wheelEffect(event, this.scene.wheel.peek());
    const view = this.scene.view.peek();
    if (effect.kind === "scroll") this.timeline.scrollBy(effect.pixels);
    else if (effect.kind === "pan") {
      this.scene.view.value = pan(view, effect.pixels * this.timeline.secondsPerPixel(), this.duration);
    } else this.scene.view.value = zoom(view, effect.factor, this.around(x, y), this.duration);
  };

  private around(x: number, y: number): number {
    if (this.timeline.zoneAt(x, y) === "overview") return (x / this.timeline.layout.width) * this.duration;
    return this.timeline.timeAt(Math.max(x, this.timeline.layout.left));
  }

  private readonly down = (event: PointerEvent): void => {
    const point = this.pointOf(event);
    if (event.pointerType === "touch") this.fingers.set(event.pointerId, point);
    if (this.fingers.size === 2) this.beginPinch();
    if (this.drag !== null || this.fingers.size >= 2) return;
    if (event.button === 1) event.preventDefault();
    this.drag = this.begin(event, point);
    if (this.drag === null) return;
    this.timeline.element.setPointerCapture(event.pointerId);
    if (this.drag.kind === "tool") this.handlers.down?.(this.pointed(event, point));
    else this.timeline.setCursor("grabbing");
  };

  private begin(event: PointerEvent, point: Point): Drag | null {
    const view = this.scene.view.peek();
    const zone = this.timeline.zoneAt(point.x, point.y);
    if (zone === "overview" && event.button === 0) return this.beginWindow(point, view);
    const panning = this.scene.tool.peek() === "pan" && event.button === 0 && zone !== "axis";
    if (event.button === 1 || panning)
      return { kind: "pan", from: point, view, scroll: this.timeline.scroll };
    return event.button === 0 ? { kind: "tool" } : null;
  }

  private beginWindow(point: Point, view: View): Drag {
    const { width } = this.timeline.layout;
    const grip = gripAt(point.x, view, width, this.duration);
    if (grip !== "outside") return { kind: "window", from: point, view, grip };
    const moved = centre(view, (point.x / width) * this.duration, this.duration);
    this.scene.view.value = moved;
    return { kind: "window", from: point, view: moved, grip: "inside" };
  }

  private beginPinch(): void {
    if (this.drag?.kind === "tool") this.handlers.cancel?.();
    this.drag = null;
  }

  private readonly move = (event: PointerEvent): void => {
    const point = this.pointOf(event);
    this.timeline.pointAt(point.x, point.y);
    if (this.fingers.size >= 2) this.movePinch(event, point);
    else if (this.drag?.kind === "pan") this.dragPan(this.drag, point);
    else if (this.drag?.kind === "window") this.dragOverview(this.drag, point);
    else this.hover(event, point);
  };

  private hover(event: PointerEvent, point: Point): void {
    const pointed = this.pointed(event, point);
    if (this.drag === null) this.timeline.setCursor(this.cursorFor(pointed));
    this.handlers.move?.(pointed);
  }

  private movePinch(event: PointerEvent, point: Point): void {
    const before = [...this.fingers.values()].slice(0, 2);
    if (!this.fingers.has(event.pointerId)) return;
    this.fingers.set(event.pointerId, point);
    const after = [...this.fingers.values()].slice(0, 2);
    const shifted = (points: Point[]) =>
      points.map((one) => ({ ...one, x: one.x - this.timeline.layout.left }));
    const { plotWidth } = this.timeline.layout;
    const [from, to] = [shifted(before) as [Point, Point], shifted(after) as [Point, Point]];
    this.scene.view.value = pinch(this.scene.view.peek(), plotWidth, from, to, this.duration);
  }

  private dragPan(drag: Drag & { kind: "pan" }, point: Point): void {
    const seconds = (drag.from.x - point.x) * this.timeline.secondsPerPixel();
    this.scene.view.value = pan(drag.view, seconds, this.duration);
    this.timeline.scrollTo(drag.scroll + drag.from.y - point.y);
  }

  private dragOverview(drag: Drag & { kind: "window" }, point: Point): void {
    const seconds = ((point.x - drag.from.x) / this.timeline.layout.width) * this.duration;
    const shortest = Math.min(SHORTEST, this.duration);
    this.scene.view.value = dragWindow(drag.view, drag.grip, seconds, this.duration, shortest);
  }

  private readonly up = (event: PointerEvent): void => {
    this.fingers.delete(event.pointerId);
    const drag = this.drag;
    this.drag = null;
    if (drag?.kind === "tool") this.handlers.up?.(this.pointed(event));
    else if (drag) this.timeline.setCursor(this.cursorFor(this.pointed(event)));
    if (event.pointerType === "touch") this.timeline.pointAway();
  };

  private readonly lost = (event: PointerEvent): void => {
    this.fingers.delete(event.pointerId);
    if (this.drag?.kind === "tool") this.handlers.cancel?.();
    this.drag = null;
  };

  private readonly leave = (): void => {
    this.timeline.pointAway();
    this.handlers.leave?.();
  };

  private readonly double = (event: MouseEvent): void => {
    const pointed = this.pointed(event);
    if (pointed.zone === "overview") this.scene.view.value = wholeView(this.duration);
    else this.handlers.double?.(pointed);
  };

  private readonly context = (event: MouseEvent): void => {
    if (this.handlers.context) {
      event.preventDefault();
      this.handlers.context(this.pointed(event));
    }
  };

  private cursorFor({ zone, x, hit }: Pointed): string {
    if (zone === "overview") {
      return GRIP_CURSORS[gripAt(x, this.scene.view.peek(), this.timeline.layout.width, this.duration)];
    }
    if (zone === "axis") return "pointer";
    const tool = this.scene.tool.peek();
    if (tool === "pan") return "grab";
    if (hit && (tool === "select" || hit.edge !== null)) return cursorOver(hit);
    return tool === "select" || zone === "scale" ? "default" : "crosshair";
  }
}
