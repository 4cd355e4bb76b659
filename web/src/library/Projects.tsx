import { t } from "../i18n";

export default function Projects() {
  return (
    <div class="page">
      <h1>{t("library.title")}</h1>
    </div>
  );
}
