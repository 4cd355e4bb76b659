import { useEffect, useRef } from "preact/hooks";
import { actionOf, type ListAction, moved } from "./keys";

interface Listener {
  readonly count: number;
  readonly active: number;
  readonly onAction: (action: ListAction) => void;
  readonly onMove: (index: number) => void;
}

function isTyping(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  if (target.closest("dialog, [role=menu]")) return true;
  if (target instanceof HTMLInputElement) return target.type !== "checkbox";
  return target instanceof HTMLTextAreaElement || target instanceof HTMLSelectElement;
}

/** Cards that stand beside each other in the row of this one. */
function columnsAt(index: number): number {
  const cards = [...document.querySelectorAll<HTMLElement>("li[data-index]")];
  const top = cards[Math.max(index, 0)]?.offsetTop;
  return top === undefined ? 1 : cards.filter((card) => card.offsetTop === top).length;
}

export function focusRow(index: number): void {
  const row = document.querySelector<HTMLElement>(`[data-index="${index}"]`);
  row?.focus({ preventScroll: true });
  row?.scrollIntoView({ block: "nearest" });
}

/** Keys of the list, wherever on the page the focus is, unless somebody types. Arrows only within the list. */
export function useListKeys(listener: Listener): void {
  const now = useRef(listener);
  now.current = listener;
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent) => {
      if (event.defaultPrevented || isTyping(event.target)) return;
      const action = actionOf(event);
      if (action === null) return;
      const target = event.target as Element;
      const within = target.closest("[data-index], [role=grid]") !== null;
      const letter = event.key.length === 1 && !event.ctrlKey && !event.metaKey;
      if (!within && !letter && action.kind !== "clear") return;
      // Enter on a link or button is theirs.
      if (action.kind === "open" && event.key === "Enter" && !target.matches("[data-index]")) return;
      const { count, active, onAction, onMove } = now.current;
      if (action.kind === "move" || action.kind === "edge") {
        const across = event.key === "ArrowLeft" || event.key === "ArrowRight";
        const cards = document.querySelector("li[data-index]") !== null;
        if (across && !cards) return;
        event.preventDefault();
        onMove(moved(active, count, action, cards ? columnsAt(active) : 1));
        return;
      }
      if (action.kind !== "clear") event.preventDefault();
      onAction(action);
    };
    addEventListener("keydown", onKeyDown);
    return () => removeEventListener("keydown", onKeyDown);
  }, []);
}
