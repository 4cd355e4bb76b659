import { GripVertical, Trash2 } from "lucide";
import { useState } from "preact/hooks";
import { t } from "../i18n";
import { Button, Dialog, IconButton } from "../ui";
import { type LabelDraft, type LabelField, type Mistake, PALETTE } from "./labels";
import styles from "./project.module.css";

interface Props {
  label: LabelDraft;
  index: number;
  last: boolean;
  mistakes: Partial<Record<LabelField, Mistake>>;
  /** Something is dragged over it. */
  over: boolean;
  onChange: (given: Partial<LabelDraft>) => void;
  onMove: (by: number) => void;
  onRemove: () => void;
  onDragBegin: () => void;
  onDragOver: () => void;
  onDrop: () => void;
}

function mistakeWord(mistake: Mistake | undefined): string | null {
  if (mistake === undefined) return null;
  return {
    empty: t("project.mistakeEmpty"),
    long: t("project.mistakeLong"),
    control: t("project.mistakeControl"),
    taken: t("project.mistakeTaken"),
    space: t("project.mistakeSpace"),
  }[mistake];
}

interface CellProps {
  label: string;
  value: string;
  mistake: Mistake | undefined;
  maxLength?: number;
  placeholder?: string;
  onValue: (value: string) => void;
}

function Cell({ label, value, mistake, maxLength, placeholder, onValue }: CellProps) {
  const wrong = mistakeWord(mistake);
  return (
    <div class="field">
      <input
        class="input"
        aria-label={label}
        aria-invalid={wrong !== null}
        title={wrong ?? undefined}
        maxLength={maxLength}
        placeholder={placeholder}
        value={value}
        onInput={(event) => onValue(event.currentTarget.value)}
      />
      {wrong && (
        <span class="field-error" role="alert">
          {wrong}
        </span>
      )}
    </div>
  );
}

function Colour({ label, onChange }: Pick<Props, "label" | "onChange">) {
  const [open, setOpen] = useState(false);
  const { colour, name } = label;
  const named = t("project.colourOf", { name });
  return (
    <>
      <button
        type="button"
        class={styles.colour}
        aria-label={`${named}: ${colour}`}
        title={named}
        onClick={() => setOpen(true)}
      >
        <span style={{ background: colour }} />
      </button>
      {open && (
        <Dialog title={named} onClose={() => setOpen(false)}>
          <div class={styles.palette}>
            {PALETTE.map((one) => (
              <button
                key={one}
                type="button"
                class={styles.paletteColour}
                style={{ background: one }}
                aria-label={one}
                aria-pressed={one === colour.toLowerCase()}
                onClick={() => {
                  onChange({ colour: one });
                  setOpen(false);
                }}
              />
            ))}
          </div>
          <p class="soft small">{t("project.paletteHint")}</p>
          <label class="row">
            {t("project.otherColour")}
            <input
              type="color"
              value={colour}
              onInput={(event) => onChange({ colour: event.currentTarget.value })}
            />
            <code>{colour}</code>
          </label>
          <div class="dialog-actions">
            <Button kind="primary" onClick={() => setOpen(false)}>
              {t("common.close")}
            </Button>
          </div>
        </Dialog>
      )}
    </>
  );
}

/** One label of the set; its handle moves it by mouse, and by arrow keys. */
export function LabelRow(props: Props) {
  const { label, index, last, mistakes, over, onChange, onMove, onRemove } = props;
  const { key, name, hotkey, aliases, was } = label;
  const [grabbed, setGrabbed] = useState(false);
  const onKeyDown = (event: KeyboardEvent) => {
    const by = event.key === "ArrowUp" ? -1 : event.key === "ArrowDown" ? 1 : 0;
    if (by === 0 || (by < 0 && index === 0) || (by > 0 && last)) return;
    event.preventDefault();
    onMove(by);
  };
  return (
    <li
      class={styles.label}
      data-over={over}
      draggable={grabbed}
      onDragStart={props.onDragBegin}
      onDragOver={(event) => {
        event.preventDefault();
        props.onDragOver();
      }}
      onDrop={(event) => {
        event.preventDefault();
        props.onDrop();
      }}
      onDragEnd={() => setGrabbed(false)}
    >
      <IconButton
        class={styles.handle}
        data-handle={key}
        icon={GripVertical}
        label={t("project.moveLabel", { name })}
        onKeyDown={onKeyDown}
        onPointerDown={() => setGrabbed(true)}
        onPointerUp={() => setGrabbed(false)}
      />
      <Colour {...{ label, onChange }} />
      <div data-name={key}>
        <Cell
          label={t("common.name")}
          value={name}
          mistake={mistakes.name}
          maxLength={200}
          onValue={(value) => onChange({ name: value })}
        />
        {was !== null && was !== name.trim() && name.trim() !== "" && (
          <span class="field-hint">{t("project.renamedFrom", { name: was })}</span>
        )}
      </div>
      <div class={styles.hotkey}>
        <Cell
          label={t("project.hotkeyOf", { name })}
          value={hotkey}
          mistake={mistakes.hotkey}
          // The last character that was typed counts.
          onValue={(value) => onChange({ hotkey: [...value].at(-1) ?? "" })}
        />
      </div>
      <div class={styles.aliases}>
        <Cell
          label={t("project.aliasesOf", { name })}
          value={aliases}
          mistake={mistakes.aliases}
          placeholder={t("project.aliasesHint")}
          onValue={(value) => onChange({ aliases: value })}
        />
      </div>
      <IconButton icon={Trash2} label={t("project.removeLabel", { name })} onClick={onRemove} />
    </li>
  );
}
