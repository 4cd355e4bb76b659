/** Which segments are lines of the transcript, and where speakers take turns. */
import type { Segment } from "../../editor/types";

const SPEECH = /^(speech|voice|talk|parole|voix)/i;

/** Whether somebody speaks there, transcribed or not. */
export function isSpoken(segment: Segment): boolean {
  if (segment.text != null || segment.speaker != null) return true;
  return SPEECH.test(segment.label ?? "");
}

export function hasText(segment: Segment): boolean {
  return (segment.text ?? "").trim() !== "";
}

/** Lines in order of time; with other sounds where they are wanted. */
export function linesOf(segments: readonly Segment[], otherSounds: boolean): readonly Segment[] {
  return otherSounds ? segments : segments.filter(isSpoken);
}

/** Whether a line begins a turn: somebody else spoke before. */
export function opensTurn(before: Segment | undefined, line: Segment): boolean {
  return before === undefined || (before.speaker ?? null) !== (line.speaker ?? null);
}
