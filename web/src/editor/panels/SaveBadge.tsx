import type { IconNode } from "lucide";
import { Check, CircleAlert, CloudOff, GitMerge, LoaderCircle } from "lucide";
import { useEffect, useState } from "preact/hooks";
import { t } from "../../i18n";
import { Icon, useNow } from "../../ui";
import type { SaveState } from "../document/saveState";
import type { Workspace } from "../document/Workspace";
import styles from "./frame.module.css";
import { RefusedDialog } from "./RefusedDialog";
import { saveUnsent } from "./unsent";

const ICONS: Record<SaveState["kind"], IconNode> = {
  loading: LoaderCircle,
  saved: Check,
  saving: LoaderCircle,
  waiting: CloudOff,
  conflict: GitMerge,
  refused: CircleAlert,
};

/** Quick saves do not flicker. */
const CALM_MS = 300;

/** The state, where "saving" shows only once it takes a moment. */
function useCalm(state: SaveState): SaveState {
  const [shown, setShown] = useState(state);
  useEffect(() => {
    if (state.kind !== "saving" || shown.kind !== "saved") return setShown(state);
    const timer = setTimeout(() => setShown(state), CALM_MS);
    return () => clearTimeout(timer);
  }, [state]);
  return shown;
}

function words(state: SaveState, now: number): string {
  if (state.kind === "loading") return t("common.loading");
  if (state.kind === "saved") return t("editor.saved");
  if (state.kind === "saving") return t("editor.saving");
  if (state.kind === "conflict") return t("editor.conflicts", { count: state.count });
  if (state.kind === "refused") return t("editor.refused", { count: state.count });
  const seconds = Math.max(0, Math.ceil((state.retryAt - now) / 1000));
  if (state.count === 0) return t("editor.offlineNothing", { seconds });
  return t("editor.waiting", { count: state.count, seconds });
}

/** Whether all is saved, always to be seen; where it is not, a button that helps. */
export function SaveBadge({ work }: { work: Workspace }) {
  const active = work.layers.active.value;
  const [isOpen, setOpen] = useState(false);
  const state = useCalm(active?.document.state.value ?? { kind: "saved" });
  const now = useNow(1);
  if (active === null) {
    if (!work.subject.rights.annotate) return null;
    return <span class={`${styles.save} ${styles.desk}`}>{t("editor.nothingOwn")}</span>;
  }
  const content = (
    <>
      <Icon of={ICONS[state.kind]} size={16} />
      <span aria-live="polite" class={state.kind === "saved" ? styles.desk : undefined}>
        {words(state, now)}
      </span>
    </>
  );
  if (state.kind === "saved" || state.kind === "saving" || state.kind === "loading") {
    return (
      <span class={styles.save} data-kind={state.kind}>
        {content}
      </span>
    );
  }
  const act = () => {
    if (state.kind === "conflict") work.overlay.value = "conflicts";
    else if (state.kind === "waiting") active.document.retry();
    else setOpen(true);
  };
  return (
    <>
      <button
        type="button"
        class={styles.save}
        data-kind={state.kind}
        title={t(`editor.${state.kind}Hint`)}
        onClick={act}
      >
        {content}
      </button>
      {isOpen && state.kind === "refused" && (
        <RefusedDialog
          error={state.error}
          count={state.count}
          onRetry={() => active.document.retry()}
          onSave={() => saveUnsent(active.document.unsent, work.subject.recording.name)}
          onDrop={() => active.document.drop()}
          onClose={() => setOpen(false)}
        />
      )}
    </>
  );
}
