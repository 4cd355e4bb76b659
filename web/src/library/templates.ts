/** Label sets to begin with. */
import type { SchemaLabelShape } from "../api/schema";

export type Template = "sound" | "animals" | "empty";
export const TEMPLATES: readonly Template[] = ["sound", "animals", "empty"];

/** Names are what segments carry: those of `sound` are what engines give, in any language of the pages. */
export const LABELS: Readonly<Record<Template, readonly SchemaLabelShape[]>> = {
  sound: [
    { name: "speech", colour: "#0072b2", hotkey: "1" },
    { name: "noise", colour: "#e69f00", hotkey: "2" },
    { name: "silence", colour: "#7f7f7f", hotkey: "3" },
  ],
  animals: [
    { name: "song", colour: "#0072b2", hotkey: "1" },
    { name: "call", colour: "#009e73", hotkey: "2" },
    { name: "noise", colour: "#e69f00", hotkey: "3" },
    { name: "unknown", colour: "#7f7f7f", hotkey: "4" },
  ],
  empty: [],
};
