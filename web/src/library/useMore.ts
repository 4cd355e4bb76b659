import type { RefObject } from "preact";
import { useEffect, useRef } from "preact/hooks";
import type { Recordings } from "./useRecordings";

/** Loads the next page when the end of the list comes near; the button there does the same by hand. */
export function useMore(list: Recordings): RefObject<HTMLDivElement | null> {
  const end = useRef<HTMLDivElement>(null);
  const { pages, loadingMore, more } = list;
  const there = pages !== null && pages.next !== null && !loadingMore;
  useEffect(() => {
    const element = end.current;
    if (!there || element === null) return;
    const watcher = new IntersectionObserver(
      ([entry]) => {
        if (entry?.isIntersecting) void more();
      },
      { rootMargin: "600px" },
    );
    watcher.observe(element);
    return () => watcher.disconnect();
  }, [there, more]);
  return end;
}
