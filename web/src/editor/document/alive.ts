/** Which tabs of this browser are open: their unsent edits are theirs to send. */
import { newId } from "../model/segments";

/** The name of this tab, until it is reloaded. */
export const tab = newId();

const CHANNEL = "earmark.tabs";
const ANSWER_MS = 400;
const lockOf = (name: string) => `earmark.tab.${name}`;

/** Locks need a safe origin; pages over plain HTTP ask each other instead. */
const locks = typeof navigator === "undefined" ? undefined : (navigator.locks as LockManager | undefined);
const channel = typeof BroadcastChannel === "undefined" ? null : new BroadcastChannel(CHANNEL);

// Held until the browser closes the tab, however it ends.
void locks?.request(lockOf(tab), () => new Promise(() => {}));

channel?.addEventListener("message", ({ data }: MessageEvent<{ ask?: string }>) => {
  if (data.ask === tab) channel.postMessage({ here: tab });
});

/** Whether another tab is still open. */
export async function isAlive(other: string): Promise<boolean> {
  // Shared, so that two who ask at the same time do not take each other for the tab itself.
  const how = { ifAvailable: true, mode: "shared" } as const;
  if (locks) return locks.request(lockOf(other), how, (lock) => lock === null);
  if (channel === null) return false;
  const asked = channel;
  return new Promise((resolve) => {
    const answer = ({ data }: MessageEvent<{ here?: string }>) => {
      if (data.here === other) end(true);
    };
    const timer = setTimeout(() => end(false), ANSWER_MS);
    const end = (alive: boolean) => {
      clearTimeout(timer);
      asked.removeEventListener("message", answer);
      resolve(alive);
    };
    asked.addEventListener("message", answer);
    asked.postMessage({ ask: other });
  });
}
