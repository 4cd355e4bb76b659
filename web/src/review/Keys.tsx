import { type Key, t } from "../i18n";
import { Dialog } from "../ui";
import styles from "./review.module.css";

const KEYS: readonly [keys: string, word: Key][] = [
  ["← → ↑ ↓", "review.keyMove"],
  ["⇧ ← → ↑ ↓", "review.keyExtend"],
  ["X", "review.keyToggle"],
  ["Ctrl A", "review.keyAll"],
  ["Esc", "review.keyNone"],
  ["Space, Enter", "review.keyPlay"],
  ["Y", "review.accept"],
  ["R", "review.reject"],
  ["U", "review.unsure"],
  ["E", "review.open"],
  ["Ctrl Z", "common.undo"],
  ["Ctrl ⇧ Z, Ctrl Y", "review.keyRedo"],
  ["?", "review.keys"],
];

/** All keys of the page. */
export function Keys({ labels, onClose }: { labels: ReadonlyMap<string, string>; onClose: () => void }) {
  return (
    <Dialog title={t("review.keys")} onClose={onClose}>
      <dl class={styles.keys}>
        {KEYS.map(([keys, word]) => (
          <div key={keys}>
            <dt>
              <kbd>{keys}</kbd>
            </dt>
            <dd>{t(word)}</dd>
          </div>
        ))}
        {[...labels].map(([key, label]) => (
          <div key={key}>
            <dt>
              <kbd>{key}</kbd>
            </dt>
            <dd>{t("review.keyLabel", { label })}</dd>
          </div>
        ))}
      </dl>
      <p class="soft small">{t("review.keysHint")}</p>
      <h3>{t("review.whatHappens")}</h3>
      <p class="soft">{t("review.explainAccept")}</p>
      <p class="soft">{t("review.explainReject")}</p>
    </Dialog>
  );
}
