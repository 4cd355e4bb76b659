/** Colours of speakers: told apart by most people, on light and dark alike (after Okabe and Ito, and Tol). */
import type { ColourOf } from "../types";

const SEATS = [
  "#0072b2",
  "#d55e00",
  "#009e73",
  "#cc79a7",
  "#e69f00",
  "#6a5acd",
  "#44aa99",
  "#882255",
  "#56b4e9",
] as const;
const NOBODY = "#8a94a3";

/** Colours by seat; speakers beyond the ninth share them, their names tell them apart. */
export function speakerColours(seats: readonly (string | null)[]): ColourOf {
  const known = new Map(seats.map((name, n) => [name, SEATS[n % SEATS.length]]));
  return (name) => (name == null ? NOBODY : (known.get(name) ?? NOBODY));
}
