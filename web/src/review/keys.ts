/** Which key does what on the review page. */
import type { SchemaLabelAnswer } from "../api/schema";
import type { Move } from "./layout";

export type Command =
  | { readonly kind: "move"; readonly move: Move; readonly extend: boolean }
  | { readonly kind: "label"; readonly label: string }
  | {
      readonly kind:
        | "toggle"
        | "all"
        | "none"
        | "accept"
        | "reject"
        | "uncertain"
        | "play"
        | "open"
        | "undo"
        | "redo"
        | "help";
    };

interface Pressed {
  readonly key: string;
  readonly ctrlKey: boolean;
  readonly metaKey: boolean;
  readonly altKey: boolean;
  readonly shiftKey: boolean;
}

const MOVES: Readonly<Record<string, Move>> = {
  ArrowLeft: "left",
  ArrowRight: "right",
  ArrowUp: "up",
  ArrowDown: "down",
  Home: "first",
  End: "last",
  PageUp: "pageUp",
  PageDown: "pageDown",
};

/** Keys of the page; they go before hotkeys of labels. */
export const OWN = {
  x: "toggle",
  y: "accept",
  r: "reject",
  u: "uncertain",
  e: "open",
  " ": "play",
  Enter: "play",
  Escape: "none",
  "?": "help",
} as const;

function isOwn(key: string): key is keyof typeof OWN {
  return key in OWN;
}

/** Labels by their key: their hotkeys, then digits in order for labels that have none. */
export function labelKeys(labels: readonly SchemaLabelAnswer[]): Map<string, string> {
  const found = new Map<string, string>();
  for (const { name, hotkey } of labels) if (hotkey && !isOwn(hotkey)) found.set(hotkey, name);
  const named = new Set(found.values());
  const free = [..."123456789"].filter((digit) => !found.has(digit));
  for (const { name } of labels.filter((label) => !named.has(label.name))) {
    const digit = free.shift();
    if (digit) found.set(digit, name);
  }
  return found;
}

export function commandOf(pressed: Pressed, labels: ReadonlyMap<string, string>): Command | null {
  const { key, altKey, shiftKey } = pressed;
  if (altKey) return null;
  if (pressed.ctrlKey || pressed.metaKey) {
    const letter = key.toLowerCase();
    if (letter === "z") return { kind: shiftKey ? "redo" : "undo" };
    return letter === "a" ? { kind: "all" } : letter === "y" ? { kind: "redo" } : null;
  }
  const move = MOVES[key];
  if (move) return { kind: "move", move, extend: shiftKey };
  if (isOwn(key)) return { kind: OWN[key] };
  const label = labels.get(key);
  return label === undefined ? null : { kind: "label", label };
}
