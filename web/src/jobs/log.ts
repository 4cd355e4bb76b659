/** The log of a job: read page by page, then watched for new lines. */
import type { SchemaLogLineAnswer } from "../api/schema";

export type LogLine = SchemaLogLineAnswer;

/** Lines with those that were read later; a page that is read again adds only what is new. */
export function withLines(known: readonly LogLine[], read: readonly LogLine[]): LogLine[] {
  const last = known.at(-1)?.number ?? Number.NEGATIVE_INFINITY;
  return [...known, ...read.filter((line) => line.number > last)];
}

/** The log as text, one line for each. */
export function textOf(lines: readonly LogLine[]): string {
  return lines.map(({ at, level, message }) => `${at} ${level} ${message}\n`).join("");
}
