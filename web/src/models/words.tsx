import type { IconNode } from "lucide";
import { Archive, BadgeCheck, PencilRuler, Star } from "lucide";
import { type Key, t } from "../i18n";
import { Icon } from "../ui";
import type { Model } from "./useModels";

const SIGNS: Record<Model["status"], { icon: IconNode; tone: string; word: Key }> = {
  draft: { icon: PencilRuler, tone: "badge-warn", word: "models.draft" },
  ready: { icon: BadgeCheck, tone: "badge-good", word: "models.ready" },
  retired: { icon: Archive, tone: "", word: "models.retired" },
};

export const statusWord = (status: Model["status"]) => t(SIGNS[status].word);

export function StatusBadge({ status }: { status: Model["status"] }) {
  const { icon, tone, word } = SIGNS[status];
  return (
    <span class={`badge ${tone}`}>
      <Icon of={icon} size={14} />
      {t(word)}
    </span>
  );
}

export function DefaultBadge() {
  return (
    <span class="badge badge-accent">
      <Icon of={Star} size={14} />
      {t("models.default")}
    </span>
  );
}
