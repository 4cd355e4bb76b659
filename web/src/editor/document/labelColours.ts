/** Colours of labels: those of the project, and for all others one of twelve, always the same for one label. */
import type { SchemaLabelAnswer } from "../../api/schema";
import type { ColourOf } from "../types";

/** Told apart by most people, on light and dark alike (after Okabe and Ito, and Tol). */
const OTHERS = [
  "#0072b2",
  "#d55e00",
  "#009e73",
  "#cc79a7",
  "#56b4e9",
  "#e69f00",
  "#882255",
  "#44aa99",
  "#999933",
  "#6a5acd",
  "#aa4499",
  "#117733",
] as const;
const NONE = "#8a94a3";

function numberOf(label: string): number {
  let sum = 0;
  for (const letter of label) sum = (Math.imul(sum, 31) + (letter.codePointAt(0) ?? 0)) >>> 0;
  return sum;
}

export function coloursOf(labels: readonly SchemaLabelAnswer[]): ColourOf {
  const known = new Map<string, string>();
  for (const label of labels) {
    for (const alias of label.aliases) known.set(alias, label.colour);
  }
  for (const label of labels) known.set(label.name, label.colour);
  return (label) => {
    if (label === null || label === undefined || label === "") return NONE;
    return known.get(label) ?? OTHERS[numberOf(label) % OTHERS.length] ?? NONE;
  };
}
