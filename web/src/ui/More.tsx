import { t } from "../i18n";
import { Button } from "./Button";
import { ErrorNotice } from "./errors";
import type { Pages } from "./usePages";

/** What stands under a list that grows: the next page, that it is on its way, or why it is not. */
export function More<T>({ pages }: { pages: Pages<T> }) {
  if (pages.error !== null) return <ErrorNotice error={pages.error} onRetry={pages.more ?? pages.reload} />;
  if (pages.loading) return <p class="soft">{t("common.loading")}</p>;
  if (pages.more === null) return null;
  return (
    <div class="row">
      <Button onClick={pages.more}>{t("common.more")}</Button>
    </div>
  );
}
