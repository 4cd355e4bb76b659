import { Plus, X } from "lucide";
import { useState } from "preact/hooks";
import { t } from "../../i18n";
import { Button, IconButton } from "../../ui";
import { UNCERTAIN } from "../model/segments";
import styles from "./panel.module.css";

type Tag = readonly [string, string];

interface Props {
  /** Tags that all selected segments have. */
  tags: readonly Tag[];
  disabled: boolean;
  onSet: (name: string, value: string | null, before?: string) => void;
}

/** Names that the tree of animals, people and their sounds needs; others can be typed. */
const NAMES = ["species", "individual", "cluster"];

export function TagEditor({ tags, disabled, onSet }: Props) {
  const [isAdding, setAdding] = useState(false);
  const shown = tags.filter(([name]) => name !== UNCERTAIN);
  return (
    <fieldset class={styles.section} disabled={disabled}>
      <div class="row-between">
        <strong class="small">{t("editor.tags")}</strong>
        <Button kind="plain" icon={Plus} onClick={() => setAdding(true)}>
          {t("common.add")}
        </Button>
      </div>
      <datalist id="tag-names">
        {NAMES.map((name) => (
          <option key={name} value={name} />
        ))}
      </datalist>
      {shown.map(([name, value]) => (
        <TagRow key={`${name}=${value}`} name={name} value={value} onSet={onSet} />
      ))}
      {isAdding && (
        <TagRow
          name={NAMES.find((name) => !tags.some(([held]) => held === name)) ?? ""}
          value=""
          isNew
          onSet={(name, value, before) => {
            setAdding(false);
            onSet(name, value, before);
          }}
        />
      )}
      {shown.length === 0 && !isAdding && <p class="soft small">{t("editor.tagsHint")}</p>}
    </fieldset>
  );
}

interface RowProps {
  name: string;
  value: string;
  isNew?: boolean;
  onSet: Props["onSet"];
}

function TagRow({ name, value, isNew = false, onSet }: RowProps) {
  const [typedName, setName] = useState(name);
  const [typedValue, setValue] = useState(value);
  const keep = () => {
    const [key, content] = [typedName.trim(), typedValue.trim()];
    if (key === "" || content === "" || (key === name && content === value)) return;
    onSet(key, content, name);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === "Enter") keep();
  };
  return (
    <div class={styles.tag}>
      <input
        class="input"
        list="tag-names"
        maxLength={200}
        aria-label={t("editor.tagName")}
        value={typedName}
        onInput={(event) => setName(event.currentTarget.value)}
        onBlur={isNew ? undefined : keep}
        onKeyDown={onKeyDown}
      />
      <input
        class="input"
        maxLength={200}
        aria-label={t("editor.tagValue")}
        value={typedValue}
        ref={(input) => {
          if (isNew && input && document.activeElement?.tagName === "BUTTON") input.focus();
        }}
        onInput={(event) => setValue(event.currentTarget.value)}
        onBlur={keep}
        onKeyDown={onKeyDown}
      />
      <IconButton
        icon={X}
        label={t("editor.tagRemove", { name: name || "?" })}
        onClick={() => onSet(name, null)}
      />
    </div>
  );
}
