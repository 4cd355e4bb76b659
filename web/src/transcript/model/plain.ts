/** The transcript as plain text, for letters and reports. */
import { formatTime } from "../../editor/model/time";
import type { Segment } from "../../editor/types";
import { hasText, opensTurn } from "./rows";

export interface PlainOptions {
  readonly speakers: boolean;
  readonly times: boolean;
}

/** Turns as paragraphs, each line of a turn after the other. */
export function plainText(lines: readonly Segment[], { speakers, times }: PlainOptions): string {
  const paragraphs: string[] = [];
  let before: Segment | undefined;
  for (const line of lines.filter(hasText)) {
    const text = (line.text ?? "").trim();
    const last = paragraphs.length - 1;
    if (opensTurn(before, line) || last < 0) {
      const name = speakers && line.speaker ? `${line.speaker}: ` : "";
      const time = times ? `[${formatTime(line.start, 0)}] ` : "";
      paragraphs.push(time + name + text);
    } else paragraphs[last] += ` ${text}`;
    before = line;
  }
  return paragraphs.join("\n\n");
}
