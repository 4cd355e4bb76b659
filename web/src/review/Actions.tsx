import { AudioLines, Check, CircleHelp, Keyboard, Redo2, Tag, Undo2, X } from "lucide";
import { type Key, t } from "../i18n";
import { Bar, Button, IconButton, Menu } from "../ui";
import type { ReviewStore } from "./ReviewStore";
import styles from "./review.module.css";

interface Props {
  store: ReviewStore;
  /** Keys by label. */
  labels: ReadonlyMap<string, string>;
  names: readonly string[];
  run: {
    accept: () => void;
    reject: () => void;
    uncertain: () => void;
    label: (name: string) => void;
    open: () => void;
    undo: () => void;
    redo: () => void;
    help: () => void;
  };
}

/** What can be decided about the chosen cards, with the keys that do the same. */
export function Actions({ store, labels, names, run }: Props) {
  const progress = store.progress.value;
  const busy = progress !== null;
  const none = store.cards.value.length === 0;
  const chosen = store.selected.value.size;
  const keyFor = new Map([...labels].map(([key, name]) => [name, key]));
  const action = (word: Key, key: string, icon: typeof Check, act: () => void) => (
    <Button icon={icon} disabled={busy || none} onClick={act}>
      {t(word)} <kbd>{key}</kbd>
    </Button>
  );
  return (
    <div class={styles.actions} role="toolbar" aria-label={t("review.actions")}>
      {action("review.accept", "Y", Check, run.accept)}
      {action("review.reject", "R", X, run.reject)}
      {action("review.unsure", "U", CircleHelp, run.uncertain)}
      <Menu
        align="start"
        button={
          <>
            {t("review.relabel")} <kbd>1…9</kbd>
          </>
        }
        items={names.map((name) => ({
          label: keyFor.has(name) ? `${name} (${keyFor.get(name)})` : name,
          icon: Tag,
          disabled: busy || none,
          onSelect: () => run.label(name),
        }))}
      />
      {action("review.editor", "E", AudioLines, run.open)}
      <span class="soft small" role="status">
        {chosen > 0 && t("common.selected", { count: chosen })}
      </span>
      {chosen > 0 && (
        <Button kind="plain" onClick={() => store.clear()}>
          {t("common.clear")}
        </Button>
      )}
      <span class="grow" />
      <span class="soft small number">
        {t(store.next.value === null ? "review.count" : "review.countMore", {
          count: store.cards.value.length,
        })}
      </span>
      <IconButton
        icon={Undo2}
        label={t("review.undo")}
        disabled={busy || !store.canUndo.value}
        onClick={run.undo}
      />
      <IconButton
        icon={Redo2}
        label={t("review.redo")}
        disabled={busy || !store.canRedo.value}
        onClick={run.redo}
      />
      <IconButton class={styles.keyboard} icon={Keyboard} label={t("review.keys")} onClick={run.help} />
      {progress && (
        <div class={styles.progress}>
          <Bar label={t("review.working")} value={progress.done / progress.total} />
          <span class="small number">
            {t("review.progress", { done: progress.done, total: progress.total })}
          </span>
          <Button onClick={() => store.stop()}>{t("common.cancel")}</Button>
        </div>
      )}
    </div>
  );
}
