import { Download } from "lucide";
import { formatBytes, t } from "../i18n";
import { CopyButton, LinkButton } from "../ui";
import styles from "./models.module.css";
import type { Model } from "./useModels";

/** The files of a model, with what tells whether they are whole. */
export function Files({ model }: { model: Model }) {
  const size = model.files.reduce((sum, file) => sum + file.size, 0);
  return (
    <section class="card stack" aria-label={t("models.files")}>
      <div class="row-between">
        <h2>{t("models.files")}</h2>
        <span class="soft">{formatBytes(size)}</span>
      </div>
      {model.files.length === 0 && <p class="soft">{t("models.noFiles")}</p>}
      <ul class={styles.files}>
        {model.files.map((file) => (
          <li key={file.name}>
            <div class="row-between">
              <span>
                <b>{file.name}</b> <span class="soft number">{formatBytes(file.size)}</span>
              </span>
              <div class="row">
                <CopyButton text={file.checksum} label={t("models.copyChecksum")} />
                <LinkButton
                  icon={Download}
                  href={`/api/v1/models/${model.id}/files/${encodeURIComponent(file.name)}`}
                  download
                >
                  {t("common.download")}
                </LinkButton>
              </div>
            </div>
            <code class="soft">SHA-256 {file.checksum}</code>
          </li>
        ))}
      </ul>
    </section>
  );
}
