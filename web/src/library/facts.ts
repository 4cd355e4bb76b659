/** Facts of recordings in words. */
import { formatNumber, language, t } from "../i18n";

/** 44100 → "44.1 kHz". */
export function formatRate(hertz: number): string {
  return `${formatNumber(hertz / 1000, { maximumFractionDigits: 2 })} kHz`;
}

export function formatDay(iso: string): string {
  return new Intl.DateTimeFormat(language.value, { dateStyle: "medium" }).format(new Date(iso));
}

export function formatChannels(channels: number): string {
  if (channels === 1) return t("library.mono");
  if (channels === 2) return t("library.stereo");
  return t("library.channels", { count: channels });
}

/** Up to two letters that stand for a person. */
export function initialsOf(name: string): string {
  const words = name.trim().split(/\s+/).filter(Boolean);
  const first = [...(words[0] ?? "?")];
  const last = words.length > 1 ? [...(words.at(-1) ?? "")] : [];
  return ((first[0] ?? "?") + (last[0] ?? "")).toUpperCase();
}

/** Tags as people type them: with commas or on lines, `#` or not. */
export function parseTags(text: string): string[] {
  const parts = text.split(/[,;\n]/).map((part) => part.trim().replace(/^#+/, "").trim());
  return [...new Set(parts.filter(Boolean))];
}
