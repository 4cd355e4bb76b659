/** Which keys run which commands: those that Earmark gives, and what a person made of them. */
import { computed } from "@preact/signals";
import { kept } from "../document/settings";

export interface Bound {
  readonly id: string;
  readonly keys: readonly string[];
}

type Custom = Readonly<Record<string, readonly string[]>>;

const custom = kept<Custom>("keys", {});

export const isCustomised = computed(() => Object.keys(custom.value).length > 0);

/** Keys of a command as they are now. */
export function keysOf(command: Bound): readonly string[] {
  return custom.value[command.id] ?? command.keys;
}

/** Commands by key; where two have the same, what the person chose goes first, then what comes first. */
export function byKey<C extends Bound>(commands: readonly C[]): Map<string, C> {
  const chosen = commands.filter((command) => command.id in custom.value);
  const found = new Map<string, C>();
  for (const command of [...chosen, ...commands]) {
    for (const key of keysOf(command)) if (!found.has(key)) found.set(key, command);
  }
  return found;
}

/** Keys that several commands want, with all of them. */
export function clashes<C extends Bound>(commands: readonly C[]): Map<string, C[]> {
  const wanted = new Map<string, C[]>();
  for (const command of commands) {
    for (const key of keysOf(command)) wanted.set(key, [...(wanted.get(key) ?? []), command]);
  }
  return new Map([...wanted].filter(([, some]) => some.length > 1));
}

export function rebind(id: string, keys: readonly string[]): void {
  custom.value = { ...custom.value, [id]: keys };
}

export function resetKeys(id?: string): void {
  if (id === undefined) custom.value = {};
  else custom.value = Object.fromEntries(Object.entries(custom.value).filter(([name]) => name !== id));
}

export function isRebound(id: string): boolean {
  return id in custom.value;
}
