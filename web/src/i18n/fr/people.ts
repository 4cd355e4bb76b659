import type { people as english } from "../en/people";
import type { Translated } from "../translated";

export const people: Translated<typeof english> = {
  title: "Personnes",
};
