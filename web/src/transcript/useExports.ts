import { ask, fetchRaw, GET } from "../api/client";
import { t } from "../i18n";
import { complain, type MenuItem, say, useLoaded } from "../ui";
import type { Desk } from "./Desk";

/** Formats that hold what was said, those of transcripts first. */
const FIRST = ["txt", "srt", "vtt", "json"];

function place(name: string): number {
  const at = FIRST.indexOf(name);
  return at < 0 ? FIRST.length : at;
}

/** Fetch and keep a file: with what has just been typed, and what is wrong said here and not in a tab. */
async function download(desk: Desk, format: string): Promise<void> {
  const layer = desk.layer.peek();
  if (layer === null) return;
  const state = await layer.document.settled();
  if (state.kind !== "saved") say(t("transcript.exportUnsaved"));
  const answer = await fetchRaw(
    `/api/v1/annotations/${layer.id}/export?format=${encodeURIComponent(format)}`,
  );
  const url = URL.createObjectURL(await answer.blob());
  const link = document.createElement("a");
  link.href = url;
  link.download =
    nameIn(answer.headers.get("Content-Disposition")) ?? `${desk.work.subject.recording.name}.${format}`;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}

/** The file's name as a server gives it (RFC 6266). */
function nameIn(disposition: string | null): string | null {
  const coded = /filename\*=UTF-8''([^;]+)/i.exec(disposition ?? "")?.[1];
  if (coded) return decodeURIComponent(coded);
  return /filename="?([^";]+)"?/i.exec(disposition ?? "")?.[1] ?? null;
}

/** Ways to take the transcript out, as entries of a menu. */
export function useExports(desk: Desk): MenuItem[] {
  const formats = useLoaded(() => ask(GET("/api/v1/formats")), []);
  return (formats.data ?? [])
    .filter((format) => format.writes && (format.keeps.includes("text") || format.keeps.includes("speaker")))
    .sort((a, b) => place(a.name) - place(b.name))
    .map((format) => ({
      label: `${format.title} (${format.suffixes[0] ?? ""})`,
      onSelect: () => void download(desk, format.name).catch(complain),
    }));
}
