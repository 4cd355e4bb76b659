import { t } from "../i18n";

export default function ProjectSettings() {
  return (
    <div class="page">
      <h1>{t("project.title")}</h1>
    </div>
  );
}
