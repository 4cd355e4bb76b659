import { useEffect } from "preact/hooks";
import type { Desk } from "./Desk";

const EVERY_MS = 1000;

/** Keep the annotation and the playhead in the address, so that a link opens the same place. */
export function useAddress(desk: Desk): void {
  useEffect(() => {
    const write = () => {
      const url = new URL(location.href);
      const annotation = desk.layer.peek()?.id;
      const time = desk.work.player.time.peek();
      if (annotation) url.searchParams.set("annotation", annotation);
      if (time > 0) url.searchParams.set("t", time.toFixed(2));
      else url.searchParams.delete("t");
      if (url.href !== location.href) history.replaceState(history.state, "", url);
    };
    const timer = setInterval(write, EVERY_MS);
    return () => clearInterval(timer);
  }, [desk]);
}
