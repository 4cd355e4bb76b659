import { t } from "../i18n";

export default function System() {
  return (
    <div class="page">
      <h1>{t("system.title")}</h1>
    </div>
  );
}
