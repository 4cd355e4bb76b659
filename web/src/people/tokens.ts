/** API tokens: for how long they live. */

export const LIVES = ["30", "90", "365", "never"] as const;
export type Life = (typeof LIVES)[number];

const DAY = 86_400_000;

/** When a token made now ends; null for never. */
export function endOf(life: Life, now: number): string | null {
  return life === "never" ? null : new Date(now + Number(life) * DAY).toISOString();
}

export function isOver(expiresAt: string | null, now: number): boolean {
  return expiresAt !== null && Date.parse(expiresAt) <= now;
}
