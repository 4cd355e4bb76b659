/** All that can be done by key on a transcript. */
import { stepRate } from "../editor/commands/navigate";
import { type Key, t } from "../i18n";
import type { Desk } from "./Desk";
import { type Cursor, stepDoubt, stepLine, stepWord } from "./model/cursor";
import { piecesOf } from "./model/pieces";
import { following, threshold } from "./settings";
import * as write from "./write";

export const SKIP_SECONDS = 3;

export type Group = "hear" | "move" | "edit" | "speakers" | "find";
export const GROUPS: readonly Group[] = ["hear", "move", "edit", "speakers", "find"];

export interface Command {
  readonly group: Group;
  readonly title: Key;
  readonly keys: readonly string[];
  readonly run: (desk: Desk) => void;
}

/** Keys that are taken in the field while a line is typed: the field itself runs them. */
export const TYPING: readonly { title: Key; keys: readonly string[] }[] = [
  { title: "transcript.keyDone", keys: ["Enter"] },
  { title: "transcript.keyCancel", keys: ["Escape"] },
  { title: "transcript.keyHearLine", keys: ["Tab"] },
  { title: "transcript.keyPlay", keys: ["Mod+Space"] },
  { title: "transcript.keyBack", keys: ["Alt+ArrowLeft"] },
  { title: "transcript.keyOn", keys: ["Alt+ArrowRight"] },
  { title: "transcript.keyNextLine", keys: ["Alt+ArrowDown"] },
  { title: "transcript.keyPreviousLine", keys: ["Alt+ArrowUp"] },
  { title: "transcript.keySplitHere", keys: ["Mod+Enter"] },
  { title: "transcript.keyMergeBefore", keys: ["Backspace"] },
  { title: "transcript.keyMergeAfter", keys: ["Delete"] },
];

const command = (group: Group, title: Key, keys: readonly string[], run: (desk: Desk) => void): Command => ({
  group,
  title,
  keys,
  run,
});

const words = (direction: 1 | -1) => (desk: Desk) =>
  desk.moveTo(stepWord(desk.lines.value, desk.place.at, desk.place.piece, direction));

function vertical(desk: Desk, by: number): Cursor | null {
  const { at, piece } = desk.place;
  // The first key puts the cursor onto the first line.
  return stepLine(desk.lines.value, at, piece, desk.cursor.value === null && Number.isFinite(by) ? 0 : by);
}

const lines = (by: number) => (desk: Desk) => desk.moveTo(vertical(desk, by));
const extend = (by: number) => (desk: Desk) => desk.extendTo(vertical(desk, by));

const doubt = (direction: 1 | -1) => (desk: Desk) =>
  desk.moveTo(stepDoubt(desk.lines.value, desk.place, direction, threshold.value));

function inLine(end: "first" | "last") {
  return (desk: Desk) => {
    const line = desk.line.value;
    if (line)
      desk.moveTo({ id: line.id, piece: end === "first" ? 0 : Math.max(0, piecesOf(line).length - 1) });
  };
}

const hearing: readonly Command[] = [
  command("hear", "transcript.keyPlay", ["Space", "Mod+Space"], (desk) => void desk.work.player.toggle()),
  command("hear", "transcript.keyHearWord", ["P"], (desk) => {
    if (desk.cursor.value) desk.hear(desk.cursor.value);
  }),
  command("hear", "transcript.keyHearLine", ["Shift+P"], (desk) => {
    if (desk.line.value) desk.playLine(desk.line.value.id);
  }),
  command("hear", "transcript.keyBack", ["J", "Alt+ArrowLeft"], (desk) => desk.skip(-SKIP_SECONDS)),
  command("hear", "transcript.keyOn", ["L", "Alt+ArrowRight"], (desk) => desk.skip(SKIP_SECONDS)),
  command("hear", "transcript.keySlower", [","], (desk) => stepRate(desk.work, -1)),
  command("hear", "transcript.keyFaster", ["."], (desk) => stepRate(desk.work, 1)),
  command("hear", "transcript.keyFollow", ["F"], () => {
    following.value = !following.value;
  }),
];

const moving: readonly Command[] = [
  command("move", "transcript.keyLeft", ["ArrowLeft"], words(-1)),
  command("move", "transcript.keyRight", ["ArrowRight"], words(1)),
  command("move", "transcript.keyUp", ["ArrowUp"], lines(-1)),
  command("move", "transcript.keyDown", ["ArrowDown"], lines(1)),
  command("move", "transcript.keySelectUp", ["Shift+ArrowUp"], extend(-1)),
  command("move", "transcript.keySelectDown", ["Shift+ArrowDown"], extend(1)),
  command("move", "transcript.keyFirstWord", ["Home"], inLine("first")),
  command("move", "transcript.keyLastWord", ["End"], inLine("last")),
  command("move", "transcript.keyFirst", ["Mod+Home"], (desk) => lines(-Infinity)(desk)),
  command("move", "transcript.keyLast", ["Mod+End"], (desk) => lines(Infinity)(desk)),
  command("move", "transcript.keyDoubt", ["U"], doubt(1)),
  command("move", "transcript.keyDoubtBefore", ["Shift+U"], doubt(-1)),
];

const editing: readonly Command[] = [
  command("edit", "transcript.keyEdit", ["Enter", "F2"], (desk) => {
    if (desk.line.value) write.beginTyping(desk, desk.line.value.id);
  }),
  command("edit", "transcript.keyConfirm", ["Y"], write.confirm),
  command("edit", "transcript.keySplit", ["K"], write.splitAtCursor),
  command("edit", "transcript.keyMergeAfter", ["M"], (desk) => write.merge(desk, 1)),
  command("edit", "transcript.keyMergeBefore", ["Shift+M"], (desk) => write.merge(desk, -1)),
  command("edit", "transcript.keyInsert", ["A"], write.insert),
  command("edit", "transcript.keyDelete", ["D", "Delete"], (desk) => write.remove(desk, desk.targets)),
  command("edit", "transcript.keyLanguage", ["G"], (desk) => open(desk, "language")),
  command("edit", "transcript.keyUndo", ["Mod+Z"], (desk) => desk.work.undo()),
  command("edit", "transcript.keyRedo", ["Mod+Shift+Z", "Mod+Y"], (desk) => desk.work.redo()),
];

function open(desk: Desk, what: "speaker" | "language"): void {
  if (desk.targets.length > 0) desk.shown.value = what;
}

function renameCurrent(desk: Desk): void {
  const name = desk.line.value?.speaker;
  if (!name) return;
  desk.renamed.value = name;
  desk.shown.value = "rename";
}

const speaking: readonly Command[] = [
  command("speakers", "transcript.keySpeaker", ["S"], (desk) => open(desk, "speaker")),
  command("speakers", "transcript.keyRename", ["R"], renameCurrent),
  command("speakers", "transcript.keyNobody", ["0"], (desk) => write.assign(desk, desk.targets, null)),
];

/** Told as one in the list of keys. */
const DIGITS: readonly Command[] = Array.from({ length: 9 }, (_, seat) =>
  command("speakers", "transcript.keyDigits", [String(seat + 1)], (desk) => write.assignSeat(desk, seat)),
);

const finding: readonly Command[] = [
  command("find", "transcript.keyFind", ["Mod+F"], (desk) => desk.finder.show("find")),
  command("find", "transcript.keyReplace", ["Mod+H"], (desk) => desk.finder.show("replace")),
  command("find", "transcript.keyFindNext", ["F3", "Mod+G"], (desk) => desk.find(1)),
  command("find", "transcript.keyFindBefore", ["Shift+F3", "Mod+Shift+G"], (desk) => desk.find(-1)),
];

export const COMMANDS: readonly Command[] = [
  ...hearing,
  ...moving,
  ...editing,
  ...speaking,
  ...finding,
  command("find", "transcript.keyHelp", ["?"], (desk) => {
    desk.shown.value = "keys";
  }),
];

const BY_KEY = new Map([...COMMANDS, ...DIGITS].flatMap((one) => one.keys.map((key) => [key, one] as const)));

export function commandAt(combo: string): Command | undefined {
  return BY_KEY.get(combo);
}

function keyFor(title: Key): string | undefined {
  return COMMANDS.find((one) => one.title === title)?.keys[0];
}

/** A command's name with its key, as tooltips show it. */
export function hint(title: Key, caps: (combo: string) => string[]): string {
  const key = keyFor(title);
  return key === undefined ? t(title) : `${t(title)} (${caps(key).join("+")})`;
}
