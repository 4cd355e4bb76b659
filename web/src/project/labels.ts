/** A label set while it is edited. Pure. */
import type { SchemaLabelAnswer, SchemaNewLabel } from "../api/schema";

export interface LabelDraft {
  /** Names the row while it is edited. */
  readonly key: string;
  readonly name: string;
  readonly colour: string;
  /** One character, or empty. */
  readonly hotkey: string;
  /** With commas between them. */
  readonly aliases: string;
  /** Its name in the project, null for a label that is new. */
  readonly was: string | null;
}

export type Labels = readonly LabelDraft[];
export type LabelField = "name" | "hotkey" | "aliases";
export type Mistake = "empty" | "long" | "control" | "taken" | "space";

/** Colours that people with any colour vision tell apart (Okabe and Ito 2008, black replaced by grey), as the server has them. */
export const PALETTE = [
  "#0072b2",
  "#e69f00",
  "#009e73",
  "#d55e00",
  "#cc79a7",
  "#56b4e9",
  "#f0e442",
  "#7f7f7f",
] as const;
export const MOST_LABELS = 500;
const LONGEST = 200;

export function draftOf(labels: readonly SchemaLabelAnswer[]): Labels {
  return labels.map(({ name, colour, hotkey, aliases }) => ({
    key: `label ${name}`,
    name,
    colour,
    hotkey: hotkey ?? "",
    aliases: aliases.join(", "),
    was: name,
  }));
}

export function aliasesOf(text: string): string[] {
  return [...new Set(text.split(",").map((alias) => alias.trim()))].filter(Boolean);
}

/** The next colour of the palette that the set does not use. */
export function freeColour(labels: Labels): string {
  const taken = new Set(labels.map(({ colour }) => colour.toLowerCase()));
  return (
    PALETTE.find((colour) => !taken.has(colour)) ?? PALETTE[labels.length % PALETTE.length] ?? PALETTE[0]
  );
}

/** The first of 1 to 9, then of the letters of the name, that no label uses. */
export function freeHotkey(labels: Labels, name = ""): string {
  const taken = new Set(labels.map(({ hotkey }) => hotkey));
  const letters = [...name.toLowerCase()].filter((letter) => /[a-z]/.test(letter));
  return [..."123456789", ...letters].find((key) => !taken.has(key)) ?? "";
}

function withControl(text: string): boolean {
  return [...text].some((letter) => letter.charCodeAt(0) < 32 || letter.charCodeAt(0) === 127);
}

function mistakeOfName(name: string): Mistake | null {
  const stripped = name.trim();
  if (stripped === "") return "empty";
  if ([...stripped].length > LONGEST) return "long";
  return withControl(stripped) ? "control" : null;
}

/** What is wrong, by row and field; empty where the set can be saved. */
export function mistakesIn(labels: Labels): ReadonlyMap<string, Partial<Record<LabelField, Mistake>>> {
  const found = new Map<string, Partial<Record<LabelField, Mistake>>>();
  const note = (key: string, field: LabelField, mistake: Mistake) => {
    const before = found.get(key) ?? {};
    if (before[field] === undefined) found.set(key, { ...before, [field]: mistake });
  };
  const names = new Map<string, number>();
  const keys = new Map<string, number>();
  const count = (map: Map<string, number>, value: string) => map.set(value, (map.get(value) ?? 0) + 1);
  for (const { name, aliases, hotkey } of labels) {
    for (const word of [name.trim(), ...aliasesOf(aliases)]) count(names, word);
    if (hotkey !== "") count(keys, hotkey);
  }
  for (const { key, name, aliases, hotkey } of labels) {
    const wrong = mistakeOfName(name);
    if (wrong) note(key, "name", wrong);
    else if ((names.get(name.trim()) ?? 0) > 1) note(key, "name", "taken");
    for (const alias of aliasesOf(aliases)) {
      const bad = mistakeOfName(alias);
      if (bad) note(key, "aliases", bad);
      else if ((names.get(alias) ?? 0) > 1) note(key, "aliases", "taken");
    }
    if (hotkey !== "" && hotkey.trim() === "") note(key, "hotkey", "space");
    else if ((keys.get(hotkey) ?? 0) > 1) note(key, "hotkey", "taken");
  }
  return found;
}

/** The set as the server takes it; a new name says which one it stands for. */
export function setOf(labels: Labels): SchemaNewLabel[] {
  return labels.map(({ name, colour, hotkey, aliases, was }) => ({
    name: name.trim(),
    colour,
    hotkey: hotkey === "" ? null : hotkey,
    aliases: aliasesOf(aliases),
    renamed_from: was !== null && was !== name.trim() ? was : null,
  }));
}

/** The same labels with one at another place. */
export function moved(labels: Labels, from: number, to: number): Labels {
  const label = labels[from];
  const place = Math.min(Math.max(to, 0), labels.length - 1);
  if (label === undefined || place === from) return labels;
  const others = labels.filter((_, index) => index !== from);
  return [...others.slice(0, place), label, ...others.slice(place)];
}
