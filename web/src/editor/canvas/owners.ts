/** Short names for the lanes below the channels: whose segments they hold. */
import { t } from "../../i18n";
import type { Layer } from "../types";
import { inLanes } from "./layout";

/** People by their name, models and files by what they are, numbered where there are several. */
export function ownersOf(
  layers: readonly Pick<Layer, "id" | "kind" | "visible" | "title">[],
): Map<string, string> {
  const lanes = inLanes(layers);
  const counts = new Map<string, number>();
  return new Map(
    lanes.map(({ id, kind, title }) => {
      if (kind !== "model" && kind !== "file") return [id, title];
      const number = (counts.get(kind) ?? 0) + 1;
      counts.set(kind, number);
      const several = lanes.filter((one) => one.kind === kind).length > 1;
      const name = t(`timeline.owner_${kind}`);
      return [id, several ? `${name} ${number}` : name];
    }),
  );
}

/** What stands for a name where there is little room: `Model 2` is `M2`. */
export function initialsOf(name: string): string {
  const words = name.split(/\s+/).filter(Boolean);
  return words
    .map((word) => (/^\d+$/.test(word) ? word : [...word][0]))
    .join("")
    .slice(0, 4);
}
