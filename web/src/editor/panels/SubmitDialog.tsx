import { useState } from "preact/hooks";
import { formatPercent, t } from "../../i18n";
import { Button, Dialog, say } from "../../ui";
import type { Workspace } from "../document/Workspace";
import { coverage } from "../model/areas";
import { isUncertain } from "../model/segments";
import { changeStatus, stepsOf } from "./status";

/** What comes next for the annotation, with what is worth knowing before. */
export function SubmitDialog({ work }: { work: Workspace }) {
  const layer = work.layers.active.value;
  const [busy, setBusy] = useState(false);
  const close = () => {
    work.overlay.value = null;
  };
  if (layer === null) {
    return (
      <Dialog title={t("editor.keySubmit")} onClose={close}>
        <p>{t("editor.nothingOwn")}</p>
      </Dialog>
    );
  }
  const steps = stepsOf(layer.header.value, work.subject.user.id, work.subject.rights);
  const state = layer.document.state.value;
  const uncertain = layer.document.segments.all.filter(isUncertain).length;
  const marked = coverage(layer.document.areas.areas.value, work.sound.duration, work.sound.channels);
  const act = async (to: (typeof steps)[number]["to"]) => {
    setBusy(true);
    if (await changeStatus(layer, to)) {
      say(t(`editor.status_${to}`));
      close();
    }
    setBusy(false);
  };
  return (
    <Dialog title={t("editor.keySubmit")} onClose={close}>
      <p>
        {t("editor.statusNow")} <strong>{t(`editor.status_${layer.header.value.status}`)}</strong> ·{" "}
        {t("editor.segmentCount", { count: layer.document.segments.size })}
      </p>
      {uncertain > 0 && <p class="notice notice-warn">{t("editor.stillUncertain", { count: uncertain })}</p>}
      {marked < 1 && <p class="soft small">{t("editor.coverage", { share: formatPercent(marked, 1) })}</p>}
      {state.kind !== "saved" && state.kind !== "saving" && (
        <p class="notice notice-warn">{t("editor.notAllSaved")}</p>
      )}
      {steps.length === 0 && <p>{t("editor.noStep")}</p>}
      <div class="dialog-actions">
        <Button onClick={close}>{t("common.cancel")}</Button>
        {steps.map(({ to, word }, n) => (
          <Button
            key={to}
            kind={n === 0 ? "primary" : "normal"}
            autofocus={n === 0}
            disabled={busy}
            onClick={() => void act(to)}
          >
            {t(word)}
          </Button>
        ))}
      </div>
    </Dialog>
  );
}
