import { useCallback, useEffect, useRef, useState } from "preact/hooks";

/** One page of a list as the API gives it. */
interface Page<T> {
  items: T[];
  next: string | null;
}

interface State<T> {
  items: readonly T[];
  next: string | null;
  error: unknown;
  loading: boolean;
}

export interface Pages<T> extends State<T> {
  /** Load the page after the last one that is shown; null on the last page. */
  more: (() => void) | null;
  reload: () => void;
  /** Change what is shown without asking again, for instance by what a request just answered. */
  change: (make: (items: readonly T[]) => readonly T[]) => void;
}

const NOTHING = { items: [], next: null, error: null, loading: true };

/** A list that grows page by page; it begins anew whenever `deps` change, and answers that come too late are dropped. */
export function usePages<T>(
  load: (cursor: string | undefined) => Promise<Page<T>>,
  deps: readonly unknown[],
): Pages<T> {
  const [state, setState] = useState<State<T>>(NOTHING);
  const turn = useRef(0);
  const fetchPage = useCallback(async (cursor: string | undefined) => {
    const mine = ++turn.current;
    setState((before) => ({ ...before, loading: true, error: null }));
    try {
      const page = await load(cursor);
      if (mine !== turn.current) return;
      setState((before) => ({
        items: cursor === undefined ? page.items : [...before.items, ...page.items],
        next: page.next,
        error: null,
        loading: false,
      }));
    } catch (error) {
      if (mine === turn.current) setState((before) => ({ ...before, error, loading: false }));
    }
  }, deps);
  useEffect(() => {
    setState(NOTHING);
    void fetchPage(undefined);
    return () => {
      turn.current++;
    };
  }, [fetchPage]);
  const reload = useCallback(() => void fetchPage(undefined), [fetchPage]);
  const change = useCallback(
    (make: (items: readonly T[]) => readonly T[]) =>
      setState((before) => ({ ...before, items: make(before.items) })),
    [],
  );
  const { next, loading } = state;
  const more = next === null || loading ? null : () => void fetchPage(next);
  return { ...state, more, reload, change };
}
