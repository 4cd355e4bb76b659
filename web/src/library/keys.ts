/** What a key does in the list of recordings. */
export type ListAction =
  | { readonly kind: "move"; readonly by: number; readonly row: boolean }
  | { readonly kind: "edge"; readonly end: boolean }
  | { readonly kind: "open" | "select" | "extend" | "search" | "clear" | "trash" | "all" };

interface Pressed {
  readonly key: string;
  readonly ctrlKey: boolean;
  readonly metaKey: boolean;
  readonly altKey: boolean;
  readonly shiftKey: boolean;
}

const PLAIN: Readonly<Record<string, ListAction>> = {
  j: { kind: "move", by: 1, row: false },
  k: { kind: "move", by: -1, row: false },
  ArrowDown: { kind: "move", by: 1, row: true },
  ArrowUp: { kind: "move", by: -1, row: true },
  ArrowRight: { kind: "move", by: 1, row: false },
  ArrowLeft: { kind: "move", by: -1, row: false },
  PageDown: { kind: "move", by: 10, row: true },
  PageUp: { kind: "move", by: -10, row: true },
  Home: { kind: "edge", end: false },
  End: { kind: "edge", end: true },
  Enter: { kind: "open" },
  o: { kind: "open" },
  x: { kind: "select" },
  X: { kind: "extend" },
  "/": { kind: "search" },
  Escape: { kind: "clear" },
  "#": { kind: "trash" },
  Delete: { kind: "trash" },
};

/** The action of a key, if it has one; keys of Gmail and Label Studio where these have one. */
export function actionOf(pressed: Pressed): ListAction | null {
  if (pressed.altKey) return null;
  if (pressed.ctrlKey || pressed.metaKey) return pressed.key === "a" ? { kind: "all" } : null;
  return PLAIN[pressed.key] ?? null;
}

/** Where the focus goes from row `at` (-1 for none) of `count`, in a list of so many columns. */
export function moved(at: number, count: number, action: ListAction, columns: number): number {
  if (count === 0) return -1;
  if (action.kind === "edge") return action.end ? count - 1 : 0;
  if (action.kind !== "move") return at;
  if (at < 0) return 0;
  const to = at + action.by * (action.row ? columns : 1);
  return Math.min(Math.max(to, 0), count - 1);
}
