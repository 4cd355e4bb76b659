/** Keys as people know them: `Ctrl+Shift+Z`, `?`, `3`; `Mod` is Ctrl, and Command on a Mac. */

import { type Key, t } from "../../i18n";

type Pressed = Pick<KeyboardEvent, "key" | "code" | "ctrlKey" | "metaKey" | "shiftKey" | "altKey"> & {
  getModifierState?: (name: string) => boolean;
};

const NAMES: Readonly<Record<string, string>> = { " ": "Space", Esc: "Escape", Del: "Delete" };
const MODIFIERS = new Set([
  "Shift",
  "Control",
  "Alt",
  "Meta",
  "AltGraph",
  "CapsLock",
  "Dead",
  "Unidentified",
]);

/** What was pressed; null for modifiers alone. */
export function comboOf(event: Pressed): string | null {
  if (MODIFIERS.has(event.key)) return null;
  // AltGr types signs that have no key of their own on many keyboards.
  const altGr = event.getModifierState?.("AltGraph") ?? false;
  const key = keyOf(event);
  const isSign = key.length === 1 && !/[A-Z0-9]/.test(key);
  const parts: string[] = [];
  if ((event.ctrlKey || event.metaKey) && !altGr) parts.push("Mod");
  if (event.altKey && !altGr) parts.push("Alt");
  // Which signs need Shift depends on the keyboard.
  if (event.shiftKey && !isSign) parts.push("Shift");
  return [...parts, key].join("+");
}

function keyOf({ key, code, shiftKey }: Pressed): string {
  // Digits are where they are on all keyboards, also on those where they need Shift.
  const digit = /^(?:Digit|Numpad)(\d)$/.exec(code ?? "");
  if (digit?.[1] && !(shiftKey && key.length === 1 && !/\d/.test(key))) return digit[1];
  if (NAMES[key]) return NAMES[key];
  return key.length === 1 ? key.toUpperCase() : key;
}

/** Keys that have a name of their own in each language. */
const NAMED: Readonly<Record<string, Key>> = {
  Backspace: "editor.cap_Backspace",
  Delete: "editor.cap_Delete",
  End: "editor.cap_End",
  Enter: "editor.cap_Enter",
  Escape: "editor.cap_Escape",
  Home: "editor.cap_Home",
  PageDown: "editor.cap_PageDown",
  PageUp: "editor.cap_PageUp",
  Shift: "editor.cap_Shift",
  Space: "editor.cap_Space",
};

const isMac = () => /Mac|iPhone|iPad/.test(navigator.platform);
const ARROWS: Readonly<Record<string, string>> = {
  ArrowLeft: "←",
  ArrowRight: "→",
  ArrowUp: "↑",
  ArrowDown: "↓",
};

/** A combination as it stands on keyboards, key by key. */
export function caps(combo: string): string[] {
  const parts = combo === "+" ? ["+"] : combo.replace(/\+\+$/, "+Plus").split("+");
  return parts.map((part) => {
    if (part === "Mod") return isMac() ? "⌘" : "Ctrl";
    if (part === "Plus") return "+";
    const name = NAMED[part];
    return name === undefined ? (ARROWS[part] ?? part) : t(name);
  });
}
