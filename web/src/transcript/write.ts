/** What people do to the text: each is one step that can be undone. */

import type { Edit } from "../editor/model/edits";
import { retimed } from "../editor/model/retiming";
import { newId } from "../editor/model/segments";
import { assignEdits, freeName } from "../editor/model/speakers";
import { merged, withText } from "../editor/model/words";
import type { Segment } from "../editor/types";
import { t } from "../i18n";
import { say } from "../ui";
import type { Desk, Typing } from "./Desk";
import { replaceAll, replaceIn } from "./model/find";
import { piecesOf } from "./model/pieces";
import { confirmed, gapAfter, gapAt, splitAt } from "./model/shape";

function make(desk: Desk, edits: readonly Edit[], label: string, group?: string): boolean {
  if (edits.length === 0) return false;
  if (!desk.canEdit.value) {
    say(t("transcript.readOnly"));
    return false;
  }
  return desk.work.edit(edits, group === undefined ? { label } : { label, group });
}

// Typing --------------------------------------------------------------------------------------------------------------

let typings = 0;

function typingOf(line: Segment, caret: number, fresh = false): Typing {
  return { id: line.id, base: line, fresh, caret, key: `type ${++typings}` };
}

/** Begin to type in a line, the caret at the cursor's word unless a place is given. */
export function beginTyping(desk: Desk, id: string, caret?: number): void {
  const line = desk.lineOf(id);
  if (line === undefined) return;
  if (!desk.canEdit.value) {
    say(t("transcript.readOnly"));
    return;
  }
  endTyping(desk);
  const cursor = desk.cursor.value;
  const word = cursor?.id === id ? piecesOf(line)[cursor.piece] : undefined;
  if (cursor?.id !== id) desk.moveTo({ id, piece: 0 });
  desk.typing.value = typingOf(line, caret ?? word?.at ?? 0);
}

/** Keep what was typed so far: no stroke is lost, whatever happens to the page. */
export function type(desk: Desk, text: string): void {
  const typing = desk.typing.value;
  const line = typing && desk.lineOf(typing.id);
  if (!typing || !line) return;
  const words = typing.base.words?.length ? { words: text === "" ? [] : retimed(typing.base, text) } : {};
  make(desk, [{ id: line.id, after: { ...line, text, ...words } }], t("transcript.stepText"), typing.key);
}

export function endTyping(desk: Desk): void {
  const typing = desk.typing.value;
  if (!typing) return;
  const line = desk.lineOf(typing.id);
  desk.typing.value = null;
  if (!line) return;
  const text = (line.text ?? "").trim();
  if (typing.fresh && text === "") remove(desk, [line], typing.key);
  else if (text !== (line.text ?? "")) {
    make(desk, [{ id: line.id, after: withText(line, text) }], t("transcript.stepText"), typing.key);
  }
}

/** Give up what was typed since the line was begun. */
export function cancelTyping(desk: Desk): void {
  const typing = desk.typing.value;
  if (!typing) return;
  const line = desk.lineOf(typing.id);
  desk.typing.value = null;
  if (!line) return;
  const { text, words } = typing.base;
  if (typing.fresh) remove(desk, [line], typing.key);
  else make(desk, [{ id: line.id, after: { ...line, text, words } }], t("transcript.stepCancel"), typing.key);
}

// Lines ---------------------------------------------------------------------------------------------------------------

/** Cut a line before the word at a place in its text; the cursor, or the caret, goes to the second part. */
export function split(desk: Desk, id: string, offset: number): void {
  const line = desk.lineOf(id);
  const parts = line && splitAt(line, offset, newId());
  if (!parts) {
    say(t("transcript.cannotSplit"));
    return;
  }
  const [first, second] = parts;
  const isTyping = desk.typing.value !== null;
  const edits = [
    { id: first.id, after: first },
    { id: second.id, after: second },
  ];
  if (!make(desk, edits, t("transcript.stepSplit"))) return;
  desk.moveTo({ id: second.id, piece: 0 });
  if (isTyping) desk.typing.value = typingOf(second, 0);
}

export function splitAtCursor(desk: Desk): void {
  const [line, cursor] = [desk.line.value, desk.cursor.value];
  if (line && cursor) split(desk, line.id, piecesOf(line)[cursor.piece]?.at ?? 0);
}

/** Join a line with the one after or before it; several that are selected become one. */
export function merge(desk: Desk, direction: 1 | -1): void {
  const chosen = desk.targets;
  const lines = desk.lines.value;
  const at = desk.order.value.get(chosen[0]?.id ?? "") ?? -1;
  const group =
    chosen.length > 1
      ? chosen
      : direction > 0
        ? lines.slice(at, at + 2)
        : lines.slice(Math.max(0, at - 1), at + 1);
  if (at < 0 || group.length < 2) {
    say(t("transcript.nothingToMerge"));
    return;
  }
  const isTyping = desk.typing.value !== null;
  const whole = merged(group);
  const edits = group.map((line) => ({ id: line.id, after: line.id === whole.id ? whole : null }));
  const before = group[0];
  if (!before || !make(desk, edits, t("transcript.stepMerge"))) return;
  const seam = before.text ? before.text.length + 1 : 0;
  const piece =
    direction < 0 || isTyping ? Math.max(0, piecesOf(before).length) : (desk.cursor.value?.piece ?? 0);
  desk.moveTo({ id: whole.id, piece });
  if (isTyping) desk.typing.value = typingOf(whole, direction > 0 ? Math.max(0, seam - 1) : seam);
}

/** Make a line behind the cursor's, or at the playhead where there is none, and type in it. */
export function insert(desk: Desk): void {
  endTyping(desk);
  const lines = desk.lines.value;
  const { duration } = desk.work.sound;
  const line = desk.line.value;
  const at = line ? (desk.order.value.get(line.id) ?? 0) : -1;
  const span = line
    ? gapAfter(line, lines[at + 1], duration)
    : gapAt(lines, desk.work.player.time.peek(), duration);
  if (span === null) {
    say(t("transcript.noRoom"));
    return;
  }
  const label = desk.work.label.peek() ?? "speech";
  const fresh: Segment = {
    id: newId(),
    ...span,
    label: line?.label ?? label,
    text: "",
    ...(line?.speaker ? { speaker: line.speaker } : {}),
    ...(line?.language ? { language: line.language } : {}),
    ...(line?.channel != null ? { channel: line.channel } : {}),
  };
  if (!make(desk, [{ id: fresh.id, after: fresh }], t("transcript.stepInsert"))) return;
  desk.moveTo({ id: fresh.id, piece: 0 });
  desk.typing.value = typingOf(fresh, 0, true);
}

export function remove(desk: Desk, lines: readonly Segment[], group?: string): void {
  const at = desk.order.value.get(lines[0]?.id ?? "") ?? 0;
  const edits = lines.map((line) => ({ id: line.id, after: null }));
  if (!make(desk, edits, t("transcript.stepDelete"), group)) return;
  const next = desk.lines.value[Math.min(at, desk.lines.value.length - 1)];
  if (next) desk.moveTo({ id: next.id, piece: 0 });
  else desk.cursor.value = null;
}

export function setLanguage(desk: Desk, lines: readonly Segment[], language: string | null): void {
  const edits = lines
    .filter((line) => (line.language ?? null) !== language)
    .map((line) => ({ id: line.id, after: { ...line, language } }));
  make(desk, edits, t("transcript.stepLanguage"));
}

/** Say that the cursor's word is right: it is marked no more. */
export function confirm(desk: Desk): void {
  const [line, cursor] = [desk.line.value, desk.cursor.value];
  const word = line && cursor ? piecesOf(line)[cursor.piece]?.word : null;
  if (line && word != null)
    make(desk, [{ id: line.id, after: confirmed(line, word) }], t("transcript.stepConfirm"));
}

// Speakers ------------------------------------------------------------------------------------------------------------

export function assign(desk: Desk, lines: readonly Segment[], speaker: string | null): void {
  make(desk, assignEdits(lines, speaker), t("transcript.stepSpeaker"));
}

/** Give lines to the speaker with a digit; the first digit that is free makes a new one. */
export function assignSeat(desk: Desk, seat: number): void {
  const seats = desk.seats.value;
  const name = seats[seat];
  if (name) assign(desk, desk.targets, name);
  else if (seat === firstFree(seats)) assign(desk, desk.targets, nextName(desk));
}

export function firstFree(seats: readonly (string | null)[]): number {
  const free = seats.indexOf(null);
  return free < 0 ? seats.length : free;
}

export function nextName(desk: Desk): string {
  const taken = desk.speakers.value.map((speaker) => speaker.name);
  return freeName(taken, (number) => t("transcript.speakerNumber", { number: String(number) }));
}

// Replacing -----------------------------------------------------------------------------------------------------------

/** Replace the match that the search stands on, and go to the next. */
export function replaceOne(desk: Desk): void {
  const { finder } = desk;
  const match = finder.matches.value[finder.index.value];
  if (!match) {
    desk.find(1);
    return;
  }
  const line = desk.lineOf(match.id);
  const { pattern } = finder.pattern.value;
  if (!line?.text || !pattern) return;
  const text = replaceIn(line.text, pattern, finder.replacement.value, finder.search.value.regex, match.from);
  if (!make(desk, [{ id: line.id, after: withText(line, text) }], t("transcript.stepReplace"))) return;
  // What was put in may hold what is looked for: go on behind it.
  const behind = match.from + (text.length - line.text.length) + (match.to - match.from);
  finder.place.value = { ...match, from: Math.max(match.from, behind - 1), to: behind };
  desk.find(1);
}

export function replaceEvery(desk: Desk): void {
  const { pattern } = desk.finder.pattern.value;
  if (!pattern) return;
  const { edits, count } = replaceAll(
    desk.lines.value,
    pattern,
    desk.finder.replacement.value,
    desk.finder.search.value.regex,
  );
  if (make(desk, edits, t("transcript.stepReplaceAll"))) {
    say(t("transcript.replaced", { count }), { label: t("common.undo"), run: () => desk.work.undo() });
  }
}
