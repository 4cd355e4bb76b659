import { t } from "../i18n";

export default function Models() {
  return (
    <div class="page">
      <h1>{t("models.title")}</h1>
    </div>
  );
}
