/** What was said, in the formats in which it leaves the page. */

export interface Word {
  readonly text: string;
  readonly start: number;
  readonly end: number;
  readonly score?: number | null;
}

export interface Said {
  readonly start: number;
  readonly end: number;
  readonly text: string;
  readonly language?: string | null;
  readonly score?: number | null;
  readonly label?: string | null;
  readonly words?: readonly Word[];
}

export function asText(said: readonly Said[]): string {
  return said.map(({ text }) => `${text}\n`).join("");
}

/** A time of SRT: 00:01:02,345. */
export function srtTime(seconds: number): string {
  const ms = Math.round(seconds * 1000);
  const two = (value: number) => String(Math.floor(value)).padStart(2, "0");
  const whole = `${two(ms / 3_600_000)}:${two((ms / 60_000) % 60)}:${two((ms / 1000) % 60)}`;
  return `${whole},${String(ms % 1000).padStart(3, "0")}`;
}

export function asSrt(said: readonly Said[]): string {
  return said
    .map(({ start, end, text }, at) => `${at + 1}\n${srtTime(start)} --> ${srtTime(end)}\n${text}\n`)
    .join("\n");
}

export function asJson(said: readonly Said[], duration: number): string {
  const language = said.find((one) => one.language)?.language ?? null;
  return `${JSON.stringify({ language, duration, segments: said }, null, 2)}\n`;
}

export function download(name: string, text: string, type: string): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([text], { type: `${type};charset=utf-8` }));
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}
