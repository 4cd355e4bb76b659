import { t } from "../i18n";

export default function Review() {
  return (
    <div class="page">
      <h1>{t("review.title")}</h1>
    </div>
  );
}
