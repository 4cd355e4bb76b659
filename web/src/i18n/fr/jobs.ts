import type { jobs as english } from "../en/jobs";
import type { Translated } from "../translated";

export const jobs: Translated<typeof english> = {
  title: "Tâches",
};
