import { t } from "../i18n";

export default function Editor() {
  return (
    <div class="page">
      <h1>{t("editor.title")}</h1>
    </div>
  );
}
