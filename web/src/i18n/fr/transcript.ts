import type { transcript as english } from "../en/transcript";
import type { Translated } from "../translated";

export const transcript: Translated<typeof english> = {
  title: "Transcription",
};
