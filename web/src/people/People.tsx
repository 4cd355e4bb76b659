import { t } from "../i18n";

export default function People() {
  return (
    <div class="page">
      <h1>{t("people.title")}</h1>
    </div>
  );
}
