import { useEffect } from "preact/hooks";
import { comboOf } from "../editor/commands/keys";
import { commandAt } from "./commands";
import type { Desk } from "./Desk";

const FIELDS = "textarea, select, [contenteditable], input:not([type=checkbox], [type=radio], [type=range])";
/** Keys that controls need themselves. */
const PRESSING = new Set(["Space", "Enter"]);
const SLIDING = /^(Shift\+)?(Arrow\w+|Home|End|[\d])$/;
/** Keys that work in fields, too. */
const EVERYWHERE = new Set(["Mod+F", "Mod+H", "F3", "Shift+F3", "Mod+Space"]);

function isTaken(target: EventTarget | null, combo: string): boolean {
  if (!(target instanceof HTMLElement)) return false;
  if (target.closest("dialog, [role=menu]")) return true;
  if (target.closest(FIELDS)) return !EVERYWHERE.has(combo);
  if (target.matches("input[type=range]") && SLIDING.test(combo)) return true;
  return PRESSING.has(combo) && target.closest("button, a, summary, input") !== null;
}

/** Run commands by their keys for as long as the transcript is open. */
export function useDeskKeys(desk: Desk): void {
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.defaultPrevented || event.isComposing) return;
      const combo = comboOf(event);
      if (combo === null || isTaken(event.target, combo)) return;
      const command = commandAt(combo);
      if (!command) return;
      event.preventDefault();
      command.run(desk);
    };
    document.addEventListener("keydown", onKey);
    return () => document.removeEventListener("keydown", onKey);
  }, [desk]);
}
