import { Bot, FilePlus2 } from "lucide";
import { t } from "../../i18n";
import { Button, Dialog } from "../../ui";
import { bestToBeginWith } from "../document/subject";
import type { Workspace } from "../document/Workspace";

/** Asked once, when a person begins: from what a model found, or from nothing. */
export function BeginDialog({ work }: { work: Workspace }) {
  const headers = work.layers.open.value.map((layer) => layer.header.value);
  const best = bestToBeginWith(headers);
  const isAccepting = (work.proposal.value?.edits.length ?? 0) > 0;
  const close = () => {
    work.proposal.value = null;
    work.overlay.value = null;
  };
  const busy = work.busy.value;
  return (
    <Dialog title={t("editor.beginTitle")} onClose={close}>
      <p>{t(best ? "editor.beginText" : "editor.beginEmptyText")}</p>
      {best && (
        <Button kind="primary" icon={Bot} autofocus disabled={busy} onClick={() => void work.begin(best.id)}>
          {t("editor.beginFrom", { name: best.source, count: best.segment_count })}
        </Button>
      )}
      <Button
        kind={best ? "normal" : "primary"}
        icon={FilePlus2}
        autofocus={!best}
        disabled={busy}
        onClick={() => void work.begin(null)}
      >
        {t("editor.beginEmpty")}
      </Button>
      <p class="soft small">{t(isAccepting ? "editor.beginHintEdit" : "editor.beginHint")}</p>
    </Dialog>
  );
}
