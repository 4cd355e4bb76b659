import { t } from "../i18n";

export default function Recordings() {
  return (
    <div class="page">
      <h1>{t("library.title")}</h1>
    </div>
  );
}
