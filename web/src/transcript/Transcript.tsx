import { t } from "../i18n";

export default function Transcript() {
  return (
    <div class="page">
      <h1>{t("transcript.title")}</h1>
    </div>
  );
}
