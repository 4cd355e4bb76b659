/** What a person set up in the editor, kept in this browser. */
import { effect, type Signal, signal } from "@preact/signals";
import type { Following } from "../model/view";
import type { Look } from "../types";

const PREFIX = "earmark.editor.";

function read<T>(name: string, initial: T): T {
  try {
    const found: unknown = JSON.parse(localStorage.getItem(PREFIX + name) ?? "null");
    if (found === null || typeof found !== typeof initial) return initial;
    // Fields that came later than what was kept have their first value.
    return typeof initial === "object" ? { ...initial, ...(found as T) } : (found as T);
  } catch {
    return initial;
  }
}

/** A signal that keeps its value from visit to visit. */
export function kept<T>(name: string, initial: T): Signal<T> {
  const value = signal(read(name, initial));
  effect(() => {
    try {
      localStorage.setItem(PREFIX + name, JSON.stringify(value.value));
    } catch {
      // A full or forbidden store: the setting holds until the page is left.
    }
  });
  return value;
}

/** Of these the server has pictures since the import: other windows and scales are drawn when somebody looks. */
export const FIRST_LOOK: Look = {
  colourMap: "magma",
  floorDb: -90,
  ceilingDb: -20,
  gainDb: 0,
  waveform: true,
  spectrogram: true,
  split: true,
  clockTime: false,
  scale: "mel",
  windowSeconds: 0.032,
  lowHz: null,
  highHz: null,
};

export type SideTab = "segment" | "list" | "layers" | "look";

export const look = kept("look", FIRST_LOOK);
export const follow = kept<Following>("follow", "page");
export const wheel = kept<"zoom" | "pan">("wheel", "zoom");
export const snapping = kept("snapping", true);
export const sideTab = kept<SideTab>("tab", "segment");
export const sideWidth = kept("sideWidth", 320);

/** On small screens the panels lie over the timeline, and open when they are asked for. */
const isNarrow = typeof matchMedia !== "undefined" && matchMedia("(max-width: 760px)").matches;
export const sideOpen = isNarrow ? signal(false) : kept("sideOpen", true);
