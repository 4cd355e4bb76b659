/** The key of a command behind its name, as tooltips show it. */
import { createContext } from "preact";
import { useContext } from "preact/hooks";
import { keysOf } from "../commands/bindings";
import { caps } from "../commands/keys";
import type { Command } from "../commands/registry";

export const Commands = createContext<readonly Command[]>([]);

export function useHint(): (word: string, id: string) => string {
  const commands = useContext(Commands);
  return (word, id) => {
    const command = commands.find((one) => one.id === id);
    const key = command && keysOf(command)[0];
    return key === undefined ? word : `${word} (${caps(key).join("+")})`;
  };
}
