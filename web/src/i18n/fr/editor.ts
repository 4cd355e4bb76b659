import type { editor as english } from "../en/editor";
import type { Translated } from "../translated";

export const editor: Translated<typeof english> = {
  title: "Éditeur",
};
