import type { models as english } from "../en/models";
import type { Translated } from "../translated";

export const models: Translated<typeof english> = {
  title: "Modèles",
};
