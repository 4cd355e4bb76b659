/** Short names for the lanes below the channels: whose segments they hold. */
import type { Layer } from "../types";
import { inLanes } from "./layout";
import type { AxisNames } from "./paintAxes";

/** People by their name, models and files by what they are, numbered where there are several. */
export function ownersOf(
  layers: readonly Pick<Layer, "id" | "kind" | "visible" | "title">[],
  names: Pick<AxisNames, "owner">,
): Map<string, string> {
  const lanes = inLanes(layers);
  const counts = new Map<string, number>();
  return new Map(
    lanes.map(({ id, kind, title }) => {
      if (kind !== "model" && kind !== "file") return [id, title];
      const number = (counts.get(kind) ?? 0) + 1;
      counts.set(kind, number);
      const several = lanes.filter((one) => one.kind === kind).length > 1;
      return [id, names.owner(kind, several ? number : null)];
    }),
  );
}
