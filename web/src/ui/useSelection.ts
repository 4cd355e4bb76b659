import { useCallback, useRef, useState } from "preact/hooks";

/** Which of the shown things are chosen; with shift everything between the last choice and this one. */
export function useSelection(shown: readonly string[]) {
  const [ids, setIds] = useState<ReadonlySet<string>>(new Set());
  const last = useRef<string | null>(null);
  const toggle = useCallback(
    (id: string, extend: boolean) => {
      const [from, to] = [shown.indexOf(last.current ?? id), shown.indexOf(id)].sort((a, b) => a - b);
      const range = extend && from !== undefined && from >= 0 ? shown.slice(from, (to ?? from) + 1) : [id];
      setIds((before) => {
        const after = new Set(before);
        const add = !before.has(id);
        for (const one of range) add ? after.add(one) : after.delete(one);
        return after;
      });
      last.current = id;
    },
    [shown],
  );
  const all = useCallback((every: boolean) => setIds(new Set(every ? shown : [])), [shown]);
  const clear = useCallback(() => setIds(new Set()), []);
  return { ids, toggle, all, clear };
}
