import { GitCompareArrows } from "lucide";
import { t } from "../i18n";
import { Button, ErrorNotice, Icon } from "../ui";
import styles from "./project.module.css";
import type { Saving } from "./useSaving";

interface Props {
  dirty: boolean;
  /** Whether what was typed can be saved as it is. */
  valid?: boolean;
  version: number;
  saving: Saving;
  onDiscard: () => void;
  /** Read the project again, and give up what was typed. */
  onReload: () => void;
}

/** Saves what was changed; says what to do where somebody else was quicker. */
export function SaveBar({ dirty, valid = true, version, saving, onDiscard, onReload }: Props) {
  const { busy, error, stale, run } = saving;
  return (
    <>
      {error !== null && <ErrorNotice error={error} />}
      {stale && (
        <div class="notice notice-warn" role="alert">
          <Icon of={GitCompareArrows} />
          <div class="grow stack-tight">
            <strong>{t("project.staleTitle")}</strong>
            <span>{t("project.stale")}</span>
            <div class="row">
              <Button onClick={onReload}>{t("project.takeTheirs")}</Button>
              <Button kind="danger" disabled={busy || !valid} onClick={() => void run(null)}>
                {t("project.keepMine")}
              </Button>
            </div>
          </div>
        </div>
      )}
      {dirty && (
        <div class={styles.saveBar} role="status">
          <span class="grow">{t("common.unsaved")}</span>
          <Button onClick={onDiscard}>{t("project.discard")}</Button>
          <Button kind="primary" disabled={busy || !valid || stale} onClick={() => void run(version)}>
            {t("common.save")}
          </Button>
        </div>
      )}
    </>
  );
}
