import { Bot, FilePlus2 } from "lucide";
import { useEffect } from "preact/hooks";
import { t } from "../../i18n";
import { Button, Dialog, ErrorNotice } from "../../ui";
import { verdictOf } from "../document/remote";
import { bestToBeginWith } from "../document/subject";
import type { Workspace } from "../document/Workspace";

const RETRY_MS = 4000;

/** A server that is away is asked again by itself: the change is made as soon as it is back. */
function useRetry(work: Workspace): void {
  const failed = work.notBegun.value;
  useEffect(() => {
    if (failed === null || verdictOf(failed.error) !== "later") return;
    const again = () => {
      if (!work.busy.peek()) void work.begin(failed.copyOf);
    };
    const timer = setTimeout(again, RETRY_MS);
    addEventListener("online", again);
    return () => {
      clearTimeout(timer);
      removeEventListener("online", again);
    };
  }, [failed]);
}

/** Asked once, when a person begins: from what a model found, or from nothing. */
export function BeginDialog({ work }: { work: Workspace }) {
  const headers = work.layers.open.value.map((layer) => layer.header.value);
  const best = bestToBeginWith(headers);
  const isAccepting = (work.proposal.value?.edits.length ?? 0) > 0;
  const busy = work.busy.value;
  const failed = work.notBegun.value;
  useRetry(work);
  return (
    <Dialog title={t("editor.beginTitle")} onClose={() => work.giveUpBeginning()}>
      <p>{t(best ? "editor.beginText" : "editor.beginEmptyText")}</p>
      {failed && (
        <>
          <ErrorNotice error={failed.error} />
          <p role="status">
            <strong>{t(isAccepting ? "editor.notSavedYet" : "editor.notBegunYet")}</strong>
          </p>
        </>
      )}
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
