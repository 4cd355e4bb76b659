import { useEffect } from "preact/hooks";
import type { Workspace } from "../document/Workspace";
import { byKey } from "./bindings";
import { comboOf } from "./keys";
import type { Command } from "./registry";

/** Where people type, keys are letters. */
function isTyping(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  if (
    target.isContentEditable ||
    target instanceof HTMLTextAreaElement ||
    target instanceof HTMLSelectElement
  )
    return true;
  return (
    target instanceof HTMLInputElement && !["checkbox", "radio", "button", "range"].includes(target.type)
  );
}

const PRESSING = new Set(["Space", "Enter"]);
const SLIDING = new Set([
  "ArrowLeft",
  "ArrowRight",
  "ArrowUp",
  "ArrowDown",
  "Home",
  "End",
  "PageUp",
  "PageDown",
]);

/** Whether a control that has the focus needs the key itself. */
function isTaken(target: EventTarget | null, combo: string): boolean {
  if (!(target instanceof HTMLElement)) return false;
  if (target.closest("[role=menu]")) return true;
  const isSlider = target instanceof HTMLInputElement && target.type === "range";
  if (SLIDING.has(combo) && (isSlider || target.closest("[role=grid], [role=tablist], [role=listbox]")))
    return true;
  return PRESSING.has(combo) && target.closest("button, a, summary, input, [role=row]") !== null;
}

/** While a dialog is open nothing behind it is worked on, wherever the focus went. */
const isCovered = () => document.querySelector("dialog[open]") !== null;

/** Run commands by their keys for as long as the editor is open. */
export function useKeys(work: Workspace, commands: readonly Command[]): void {
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.defaultPrevented || event.isComposing || isCovered()) return;
      const combo = comboOf(event);
      if (combo === null) return;
      if (isTyping(event.target)) {
        // Escape leaves a field, and then keys are commands again.
        if (combo === "Escape" && event.target instanceof HTMLElement) event.target.blur();
        return;
      }
      if (isTaken(event.target, combo)) return;
      const command = byKey(commands).get(combo);
      if (!command || (command.when && !command.when(work))) return;
      event.preventDefault();
      command.run(work);
    };
    document.addEventListener("keydown", onKey);
    return () => document.removeEventListener("keydown", onKey);
  }, [work, commands]);
}
