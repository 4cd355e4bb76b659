import { t } from "../i18n";

export default function Jobs() {
  return (
    <div class="page">
      <h1>{t("jobs.title")}</h1>
    </div>
  );
}
