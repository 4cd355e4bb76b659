import { useContext } from "preact/hooks";
import { t } from "../../i18n";
import { keysOf } from "../commands/bindings";
import { relabel } from "../commands/edit";
import { caps } from "../commands/keys";
import type { Workspace } from "../document/Workspace";
import { Commands } from "./hints";
import styles from "./panel.module.css";
import { keepFocus } from "./ToolBar";

interface Props {
  work: Workspace;
  chosen: string | null;
  disabled?: boolean;
}

/** The labels of the project with their keys. */
export function LabelChips({ work, chosen, disabled = false }: Props) {
  const commands = useContext(Commands);
  const { labels } = work.subject.project;
  const keyOf = (name: string) => {
    const command = commands.find((one) => one.id === `label:${name}`);
    return command && keysOf(command)[0];
  };
  return (
    <div class={styles.chips} role="group" aria-label={t("editor.labels")} onMouseDown={keepFocus}>
      <datalist id="label-names">
        {labels.map(({ name }) => (
          <option key={name} value={name} />
        ))}
      </datalist>
      {labels.map(({ name, colour }) => {
        const key = keyOf(name);
        return (
          <button
            type="button"
            key={name}
            class={styles.chip}
            aria-pressed={chosen === name}
            disabled={disabled}
            onClick={() => relabel(work, name)}
          >
            <span class="swatch" style={{ background: colour }} />
            <span class="truncate">{name}</span>
            {key && <kbd>{caps(key).join("+")}</kbd>}
          </button>
        );
      })}
    </div>
  );
}
