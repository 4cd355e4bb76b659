/** All that can be done by key, with the keys that Whombat and Label Studio have for it where they do. */
import type { SchemaLabelAnswer } from "../../api/schema";
import { type Key, t } from "../../i18n";
import { sideOpen, sideTab, snapping } from "../document/settings";
import type { Workspace } from "../document/Workspace";
import type { Edge, Tool } from "../types";
import * as edit from "./edit";
import * as go from "./navigate";
import * as review from "./review";

export type Group = "play" | "move" | "tools" | "edit" | "label" | "review" | "work";
export const GROUPS: readonly Group[] = ["play", "move", "tools", "edit", "label", "review", "work"];

export interface Command {
  readonly id: string;
  readonly group: Group;
  readonly title: string;
  readonly keys: readonly string[];
  /** Taken only while this holds; else the key keeps its meaning in the browser. */
  readonly when?: (work: Workspace) => boolean;
  readonly run: (work: Workspace) => void;
}

/** `title` is the message without its area. */
type Title =
  Extract<Key, `editor.${string}`> extends infer K
    ? K extends `editor.${infer Name}`
      ? Name
      : never
    : never;

function command(
  group: Group,
  id: Title,
  keys: readonly string[],
  run: (work: Workspace) => void,
  when?: (work: Workspace) => boolean,
): Command {
  return { id, group, title: t(`editor.${id}`), keys, run, ...(when ? { when } : {}) };
}

const hasSelection = (work: Workspace) => work.selected.value.length > 0;

const play = (): Command[] => [
  command("play", "keyPlay", ["Space"], (work) => void work.player.toggle()),
  command("play", "keyPlaySegment", ["Enter"], go.playSelection),
  command("play", "keyLoop", ["L"], go.toggleLoop),
  command("play", "keySlower", [","], (work) => go.stepRate(work, -1)),
  command("play", "keyFaster", ["."], (work) => go.stepRate(work, 1)),
];

const moving = (): Command[] => [
  command("move", "keyBack", ["ArrowLeft"], (work) => go.movePlayhead(work, -1)),
  command("move", "keyForward", ["ArrowRight"], (work) => go.movePlayhead(work, 1)),
  command("move", "keyPageBack", ["PageUp"], (work) => go.movePlayhead(work, -1, 0.8)),
  command("move", "keyPageForward", ["PageDown"], (work) => go.movePlayhead(work, 1, 0.8)),
  command("move", "keyHome", ["Home"], (work) => go.seek(work, 0)),
  command("move", "keyEnd", ["End"], (work) => go.seek(work, work.sound.duration)),
  command("move", "keyNext", ["N"], (work) => go.stepSegment(work, 1)),
  command("move", "keyPrevious", ["P"], (work) => go.stepSegment(work, -1)),
  command("move", "keyZoomIn", ["+", "="], (work) => go.zoomBy(work, 1)),
  command("move", "keyZoomOut", ["-"], (work) => go.zoomBy(work, -1)),
  command("move", "keyFit", ["0"], go.fitAll),
  command("move", "keyZoomSelection", ["Z"], go.fitSelection),
];

const choose = (tool: Tool) => (work: Workspace) => {
  work.tool.value = tool;
};

const tools = (): Command[] => [
  command("tools", "toolSelect", ["S"], choose("select")),
  command("tools", "toolCreate", ["A"], choose("create")),
  command("tools", "toolBox", ["B"], choose("box")),
  command("tools", "toolArea", ["F"], choose("area")),
  command("tools", "toolPan", ["X"], choose("pan")),
  command("tools", "keySnap", ["Shift+S"], () => {
    snapping.value = !snapping.value;
  }),
  command("tools", "keyCancel", ["Escape"], cancel),
];

/** Give up what was begun, else the selection, else the tool. */
function cancel(work: Workspace): void {
  if (work.pointer?.isBusy) work.pointer.cancel();
  else if (work.begun.value !== null) work.begun.value = null;
  else if (work.selection.ids.size > 0) work.deselect();
  else if (work.player.range.value) work.player.setRange(null);
  else work.tool.value = "select";
}

const EDGES: readonly Edge[] = ["start", "end", "low", "high"];

function nextEdge(work: Workspace): void {
  const boxed = work.selected.value.some((one) => one.low_hz != null);
  const edges = boxed ? EDGES : EDGES.slice(0, 2);
  work.edge.value = edges[(edges.indexOf(work.edge.value) + 1) % edges.length] ?? "end";
}

const timeEdge = (work: Workspace): Edge => (work.edge.value === "start" ? "start" : "end");
const bandEdge = (work: Workspace): Edge => (work.edge.value === "low" ? "low" : "high");

const editing = (): Command[] => [
  command("edit", "keyUndo", ["Mod+Z"], (work) => work.undo()),
  command("edit", "keyRedo", ["Mod+Shift+Z", "Mod+Y"], (work) => work.redo()),
  command("edit", "keyBeginOrEnd", ["Shift+A"], edit.beginOrEnd),
  command("edit", "keySetStart", ["["], (work) => edit.edgeAtPlayhead(work, "start")),
  command("edit", "keySetEnd", ["]"], (work) => edit.edgeAtPlayhead(work, "end")),
  command("edit", "keyDelete", ["D", "Delete", "Backspace"], edit.remove),
  command("edit", "keyDuplicate", ["Mod+D"], edit.duplicate),
  command("edit", "keyMerge", ["M"], edit.merge),
  command("edit", "keySplit", ["K"], edit.split),
  command("edit", "keySelectAll", ["Mod+A"], selectShown),
  command("edit", "keyMoveLeft", ["Mod+ArrowLeft"], (work) => edit.shift(work, -1)),
  command("edit", "keyMoveRight", ["Mod+ArrowRight"], (work) => edit.shift(work, 1)),
  command("edit", "keyEdge", ["E"], nextEdge),
  command("edit", "keyEdgeLeft", ["Shift+ArrowLeft"], (work) => edit.nudge(work, timeEdge(work), -1)),
  command("edit", "keyEdgeRight", ["Shift+ArrowRight"], (work) => edit.nudge(work, timeEdge(work), 1)),
  command("edit", "keyBand", ["Shift+B"], edit.toggleBand, hasSelection),
  command("edit", "keyEdgeDown", ["Shift+ArrowDown"], (work) => edit.nudge(work, bandEdge(work), -1)),
  command("edit", "keyEdgeUp", ["Shift+ArrowUp"], (work) => edit.nudge(work, bandEdge(work), 1)),
  command("edit", "keyBandDown", ["Mod+ArrowDown"], (work) => edit.shiftBand(work, -1)),
  command("edit", "keyBandUp", ["Mod+ArrowUp"], (work) => edit.shiftBand(work, 1)),
  command("edit", "keyMarkArea", ["Shift+F"], (work) => edit.markArea(work, true)),
  command("edit", "keyUnmarkArea", ["Alt+F"], (work) => edit.markArea(work, false)),
];

function selectShown(work: Workspace): void {
  const { start, end } = work.view.value;
  work.selectOwn((work.active?.segments.overlapping(start, end) ?? []).map((one) => one.id));
}

const reviewing = (): Command[] => [
  command(
    "review",
    "keyNextReview",
    ["Tab"],
    (work) => void go.stepReview(work, 1),
    () => isOnTimeline(),
  ),
  command(
    "review",
    "keyPreviousReview",
    ["Shift+Tab"],
    (work) => void go.stepReview(work, -1),
    () => isOnTimeline(),
  ),
  command("review", "keyAccept", ["Y"], review.accept),
  command("review", "keyReject", ["R"], review.reject),
  command("review", "keyUncertain", ["U"], edit.toggleUncertain, hasSelection),
];

/** Tab goes to the next segment only from the timeline itself; everywhere else it moves the focus, as always. */
function isOnTimeline(): boolean {
  const focused = document.activeElement;
  return focused === document.body || focused?.closest("[data-timeline]") != null;
}

function focusField(field: "label" | "text") {
  return (work: Workspace) => {
    sideOpen.value = true;
    sideTab.value = "segment";
    work.wantsFocus.value = field;
  };
}

const working = (): Command[] => [
  command("work", "keySubmit", ["G"], (work) => {
    work.overlay.value = "submit";
  }),
  command("work", "keyLabelField", ["Shift+L"], focusField("label"), hasSelection),
  command("work", "keyTextField", ["T"], focusField("text"), hasSelection),
  command("work", "keySide", ["I"], () => {
    sideOpen.value = !sideOpen.value;
  }),
  command("work", "keyFocus", ["F6"], moveFocus),
  command("work", "keyHelp", ["?"], (work) => {
    work.overlay.value = work.overlay.value === "keys" ? null : "keys";
  }),
];

/** Between the timeline and the panels around it. */
function moveFocus(): void {
  const parts = [...document.querySelectorAll<HTMLElement>("[data-part]")].filter(
    (part) => part.offsetParent !== null,
  );
  const here = parts.findIndex((part) => part.contains(document.activeElement));
  const next = parts[(here + 1) % Math.max(1, parts.length)];
  const target = next?.matches("[tabindex]")
    ? next
    : next?.querySelector<HTMLElement>("button, input, select, [tabindex]");
  target?.focus();
}

const DIGITS = 9;

/** Labels of the project: their own hotkey, and a digit for the first nine. */
function labelling(labels: readonly SchemaLabelAnswer[]): Command[] {
  const taken = new Set(labels.map((label) => label.hotkey?.toUpperCase()));
  return labels.map((label, n): Command => {
    const digit = n < DIGITS && !taken.has(String(n + 1)) ? [String(n + 1)] : [];
    const keys = [...(label.hotkey ? [label.hotkey.toUpperCase()] : []), ...digit];
    const run = (work: Workspace) => edit.relabel(work, label.name);
    return { id: `label:${label.name}`, group: "label", title: label.name, keys, run };
  });
}

/** Hotkeys of labels go before keys of Earmark: somebody chose them for this project. */
export function commandsOf(labels: readonly SchemaLabelAnswer[]): Command[] {
  return [
    ...labelling(labels),
    ...play(),
    ...moving(),
    ...tools(),
    ...editing(),
    ...reviewing(),
    ...working(),
  ];
}
