import type { project as english } from "../en/project";
import type { Translated } from "../translated";

export const project: Translated<typeof english> = {
  title: "Réglages du projet",
};
