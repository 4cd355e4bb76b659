import { Download, RotateCw, Trash2 } from "lucide";
import { useState } from "preact/hooks";
import { t } from "../../i18n";
import { Button, ConfirmDialog, Dialog, ErrorNotice } from "../../ui";

interface Props {
  error: unknown;
  count: number;
  onRetry: () => void;
  onSave: () => void;
  onDrop: () => void;
  onClose: () => void;
}

/** What to do with edits that the server does not take: nothing of them is dropped without a word. */
export function RefusedDialog({ error, count, onRetry, onSave, onDrop, onClose }: Props) {
  const [isSure, setSure] = useState(false);
  const then = (act: () => void) => () => {
    act();
    onClose();
  };
  if (isSure) {
    return (
      <ConfirmDialog
        title={t("editor.dropTitle")}
        action={t("editor.drop")}
        onConfirm={then(onDrop)}
        onClose={() => setSure(false)}
      >
        <p>{t("editor.dropText", { count })}</p>
      </ConfirmDialog>
    );
  }
  return (
    <Dialog title={t("editor.refused", { count })} onClose={onClose}>
      <ErrorNotice error={error} />
      <p>{t("editor.refusedText")}</p>
      <div class="dialog-actions">
        <Button kind="danger" icon={Trash2} onClick={() => setSure(true)}>
          {t("editor.drop")}
        </Button>
        <Button icon={Download} onClick={onSave}>
          {t("editor.saveUnsent")}
        </Button>
        <Button kind="primary" icon={RotateCw} onClick={then(onRetry)}>
          {t("common.retry")}
        </Button>
      </div>
    </Dialog>
  );
}
