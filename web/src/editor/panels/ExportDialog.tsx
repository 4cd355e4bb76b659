import { Download } from "lucide";
import { ask, GET } from "../../api/client";
import { t } from "../../i18n";
import { Dialog, ErrorNotice, LinkButton, useLoaded } from "../../ui";
import styles from "./panel.module.css";

interface Props {
  annotationId: string;
  waiting: boolean;
  onClose: () => void;
}

/** The annotation as a file, in every format that Earmark writes. */
export function ExportDialog({ annotationId, waiting, onClose }: Props) {
  const formats = useLoaded(() => ask(GET("/api/v1/formats")), []);
  return (
    <Dialog title={t("editor.exportTitle")} onClose={onClose}>
      {waiting && <p class="notice notice-warn">{t("editor.exportUnsaved")}</p>}
      {formats.error !== null && <ErrorNotice error={formats.error} onRetry={() => void formats.reload()} />}
      {formats.data
        ?.filter((format) => format.writes)
        .map((format) => (
          <div key={format.name} class={styles.exportRow}>
            <span>
              <strong>{format.title}</strong> <span class="soft small">{format.suffixes[0]}</span>
              <br />
              <span class="soft small">{t("editor.keeps", { what: format.keeps.join(", ") })}</span>
            </span>
            <LinkButton
              icon={Download}
              download
              href={`/api/v1/annotations/${annotationId}/export?format=${encodeURIComponent(format.name)}`}
            >
              {t("common.download")}
            </LinkButton>
          </div>
        ))}
    </Dialog>
  );
}
