import { useEffect, useLayoutEffect, useRef } from "preact/hooks";

interface Place {
  readonly scroll: number;
  /** Rows that were loaded. */
  readonly rows: number;
  /** Recording that had the focus. */
  readonly focus: string | null;
}

const KEY = "earmarkPlace";
const SETTLED_MS = 120;

/** Where the list was when this entry of the browser's history was left; null for an entry that is new. */
export function placeBefore(): Place | null {
  const state: unknown = history.state;
  if (typeof state !== "object" || state === null || !(KEY in state)) return null;
  return state[KEY] as Place;
}

function remember(place: Place): void {
  history.replaceState({ ...(history.state as object | null), [KEY]: place }, "");
}

/** Back, and a reload, find the list where it was: the place is kept with the entry of the browser's history. */
export function useScrollMemory(rows: number, focus: string | null): void {
  const now = useRef({ rows, focus });
  now.current = { rows, focus };
  const before = useRef(placeBefore());
  const restored = useRef(before.current === null);
  useLayoutEffect(() => {
    if (restored.current || rows === 0) return;
    restored.current = true;
    const place = before.current;
    if (place === null) return;
    scrollTo(0, place.scroll);
    // The grid's rows are laid out as they come near; the second time their height is known.
    requestAnimationFrame(() => {
      scrollTo(0, place.scroll);
      const row =
        place.focus && document.querySelector<HTMLElement>(`[data-id="${CSS.escape(place.focus)}"]`);
      if (row) row.focus({ preventScroll: true });
    });
  }, [rows]);
  useEffect(() => {
    const here = location.pathname;
    history.scrollRestoration = "manual";
    let timer: ReturnType<typeof setTimeout> | undefined;
    const write = () => {
      clearTimeout(timer);
      // Another page may have come meanwhile: its entry is not ours.
      if (location.pathname === here && restored.current) remember({ scroll: scrollY, ...now.current });
    };
    const later = () => {
      clearTimeout(timer);
      timer = setTimeout(write, SETTLED_MS);
    };
    addEventListener("scroll", later, { passive: true });
    addEventListener("focusin", later);
    // Before the router takes the click.
    addEventListener("click", write, { capture: true });
    addEventListener("pagehide", write);
    return () => {
      clearTimeout(timer);
      removeEventListener("scroll", later);
      removeEventListener("focusin", later);
      removeEventListener("click", write, { capture: true });
      removeEventListener("pagehide", write);
    };
  }, []);
}
