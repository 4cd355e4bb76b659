import type { system as english } from "../en/system";
import type { Translated } from "../translated";

export const system: Translated<typeof english> = {
  title: "Système",
};
