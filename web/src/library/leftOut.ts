/** Why recordings get no job, in words. */
import type { SchemaReason } from "../api/schema";
import { type Key, t } from "../i18n";
import type { LeftOut } from "./bulk";

const WORDS: readonly [SchemaReason, Key][] = [
  ["importing", "library.leftImporting"],
  ["failed", "library.leftFailed"],
  ["trashed", "library.leftTrashed"],
  ["not_found", "library.leftNotFound"],
];

/** What was left out and why, as one sentence; empty where nothing was. */
export function leftOutWords(left: LeftOut): string {
  const parts = WORDS.flatMap(([reason, word]) => {
    const count = left[reason] ?? 0;
    return count === 0 ? [] : [t(word, { count })];
  });
  return parts.length === 0 ? "" : t("library.leftOut", { reasons: parts.join(", ") });
}
