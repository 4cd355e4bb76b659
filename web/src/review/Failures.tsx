import { TriangleAlert } from "lucide";
import { t } from "../i18n";
import { Button, Icon, wordsOf } from "../ui";
import type { ReviewStore } from "./ReviewStore";

/** What could not be done, why, and the way to try it again. */
export function Failures({ store }: { store: ReviewStore }) {
  const failures = store.failures.value;
  if (failures.length === 0) return null;
  const cards = failures.flatMap((failure) => failure.cards);
  return (
    <div class="notice notice-bad" role="alert">
      <Icon of={TriangleAlert} />
      <div class="grow stack-tight">
        <strong>{t("review.failed", { count: cards.length })}</strong>
        {failures.slice(0, 5).map(({ cards: [first, ...rest], error }) => (
          <span key={first?.key}>
            {first?.recordingName} ({rest.length + 1}): {wordsOf(error)}
          </span>
        ))}
        {failures.some(({ fresh }) => fresh !== null) && <span>{t("review.shownAnew")}</span>}
        {failures.length > 5 && <span>{t("review.failedMore", { count: failures.length - 5 })}</span>}
      </div>
      <Button
        onClick={() => {
          store.selectCards(cards);
          store.dismiss();
        }}
      >
        {t("review.selectFailed")}
      </Button>
      <Button kind="plain" onClick={() => store.dismiss()}>
        {t("common.close")}
      </Button>
    </div>
  );
}
