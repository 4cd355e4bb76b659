/** What the pages say, in the language of the reader. */
import { signal } from "@preact/signals";
import { en } from "./en";
import { fr } from "./fr";

/** A message, or its forms for different numbers (`Intl.PluralRules`). `{name}` stands for a value. */
export type Message = string | { readonly one: string; readonly other: string };
type Area = keyof typeof en;
export type Key = { [A in Area]: `${A}.${Extract<keyof (typeof en)[A], string>}` }[Area];
export type Values = Readonly<Record<string, string | number>>;
export type Language = "en" | "fr";

const CATALOGUES: Record<Language, Record<string, Record<string, Message>>> = { en, fr };
export const LANGUAGES: Readonly<Record<Language, string>> = { en: "English", fr: "Français" };
const STORED = "earmark.language";

function isLanguage(value: string | null | undefined): value is Language {
  return value === "en" || value === "fr";
}

function preferred(): Language {
  const stored = localStorage.getItem(STORED);
  if (isLanguage(stored)) return stored;
  const wanted = navigator.languages.map((tag) => tag.slice(0, 2));
  return wanted.find(isLanguage) ?? "en";
}

export const language = signal<Language>(preferred());
document.documentElement.lang = language.value;

export function setLanguage(chosen: Language): void {
  language.value = chosen;
  localStorage.setItem(STORED, chosen);
  document.documentElement.lang = chosen;
}

function form(message: Message, values: Values): string {
  if (typeof message === "string") return message;
  const rule = new Intl.PluralRules(language.value).select(Number(values.count));
  return rule === "one" ? message.one : message.other;
}

/** Say something: `t("jobs.queued", { count: 3 })`. */
export function t(key: Key, values: Values = {}): string {
  const [area = "", name = ""] = key.split(".");
  const message = CATALOGUES[language.value][area]?.[name];
  if (message === undefined) throw new Error(`no message ${key}`);
  return form(message, values).replace(/\{(\w+)\}/g, (whole, value: string) => {
    const given = values[value];
    return given === undefined ? whole : typeof given === "number" ? formatNumber(given) : given;
  });
}

export function formatNumber(value: number, options: Intl.NumberFormatOptions = {}): string {
  return new Intl.NumberFormat(language.value, { maximumFractionDigits: 2, ...options }).format(value);
}

export function formatPercent(value: number, digits = 0): string {
  return formatNumber(value, { style: "percent", maximumFractionDigits: digits });
}

export function formatMoment(iso: string): string {
  return new Intl.DateTimeFormat(language.value, { dateStyle: "medium", timeStyle: "short" }).format(
    new Date(iso),
  );
}

/** How long ago a moment was, or how long it is until then. */
export function formatAgo(iso: string, now = Date.now()): string {
  const seconds = (new Date(iso).getTime() - now) / 1000;
  const steps: [Intl.RelativeTimeFormatUnit, number][] = [
    ["year", 31_557_600],
    ["month", 2_629_800],
    ["day", 86_400],
    ["hour", 3600],
    ["minute", 60],
  ];
  const format = new Intl.RelativeTimeFormat(language.value, { numeric: "auto" });
  for (const [unit, size] of steps) {
    if (Math.abs(seconds) >= size) return format.format(Math.round(seconds / size), unit);
  }
  return format.format(Math.round(seconds), "second");
}

export function formatBytes(bytes: number): string {
  const units = ["byte", "kilobyte", "megabyte", "gigabyte", "terabyte"];
  const step = bytes < 1 ? 0 : Math.min(Math.floor(Math.log10(bytes) / 3), units.length - 1);
  return formatNumber(bytes / 1000 ** step, {
    style: "unit",
    unit: units[step] ?? "byte",
    unitDisplay: "short",
    maximumFractionDigits: step === 0 ? 0 : 1,
  });
}

/** A duration as people read clocks: 0:07, 12:30, 1:02:03. */
export function formatDuration(seconds: number): string {
  const whole = Math.round(seconds);
  const [h, m, s] = [Math.floor(whole / 3600), Math.floor((whole % 3600) / 60), whole % 60];
  const two = (value: number) => String(value).padStart(2, "0");
  return h > 0 ? `${h}:${two(m)}:${two(s)}` : `${m}:${two(s)}`;
}
