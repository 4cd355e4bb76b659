import type { library as english } from "../en/library";
import type { Translated } from "../translated";

export const library: Translated<typeof english> = {
  title: "Enregistrements",
};
