import type { review as english } from "../en/review";
import type { Translated } from "../translated";

export const review: Translated<typeof english> = {
  title: "Relecture",
};
