import { useEffect, useState } from "preact/hooks";

/** The time, told again every so many seconds while `running`: for what counts up on the screen. */
export function useNow(seconds: number, running = true): number {
  const [now, setNow] = useState(Date.now());
  useEffect(() => {
    if (!running) return;
    setNow(Date.now());
    const timer = setInterval(() => setNow(Date.now()), seconds * 1000);
    return () => clearInterval(timer);
  }, [seconds, running]);
  return now;
}
