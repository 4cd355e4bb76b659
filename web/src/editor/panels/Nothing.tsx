import { useContext } from "preact/hooks";
import { formatPercent, t } from "../../i18n";
import { keysOf } from "../commands/bindings";
import { caps } from "../commands/keys";
import type { Workspace } from "../document/Workspace";
import { coverage } from "../model/areas";
import { Commands } from "./hints";
import { LabelChips } from "./LabelChips";
import styles from "./panel.module.css";
import { Speakers } from "./Speakers";

const LOOKING = ["keyPlay", "keyNext", "keyHelp"];
const EDITING = ["toolCreate", "keyBeginOrEnd", "keyNext", "keyNextReview", "keyAccept", "keyHelp"];

/** What stands in the inspector while nothing is selected: the label for new segments, and how to go on. */
export function Nothing({ work }: { work: Workspace }) {
  const commands = useContext(Commands);
  const active = work.layers.active.value;
  const { sound } = work;
  const canEdit = work.canEdit.value;
  const hasOthers = work.layers.open.value.some((layer) => layer !== active && layer.visible.value);
  const marked = active ? coverage(active.document.areas.areas.value, sound.duration, sound.channels) : 0;
  return (
    <div class="stack">
      <h2>{t("editor.nothingSelected")}</h2>
      {hasOthers && <p class="soft small">{t(canEdit ? "editor.lanesHint" : "editor.lanesHintView")}</p>}
      {canEdit && (
        <div class="stack-tight">
          <strong class="small">{t("editor.labelForNew")}</strong>
          <LabelChips work={work} chosen={work.label.value} />
        </div>
      )}
      <Speakers work={work} />
      {marked > 0 && <p class="soft small">{t("editor.coverage", { share: formatPercent(marked, 1) })}</p>}
      <div class={styles.section}>
        {(canEdit ? EDITING : LOOKING).map((id) => {
          const command = commands.find((one) => one.id === id);
          const key = command && keysOf(command)[0];
          if (!command || !key) return null;
          return (
            <div class={`${styles.keyLine} small`} key={id}>
              <span class="soft">{command.title}</span>
              <span class={styles.combo}>
                {caps(key).map((cap) => (
                  <kbd key={cap}>{cap}</kbd>
                ))}
              </span>
            </div>
          );
        })}
      </div>
    </div>
  );
}
