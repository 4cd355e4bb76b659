import { useState } from "preact/hooks";
import { t } from "../../i18n";
import { Field } from "../../ui";

interface Props {
  label: string;
  /** Null where the selected ones differ, or have none. */
  value: number | null;
  write: (value: number) => string;
  read: (text: string) => number | null;
  onValue: (value: number | null) => void;
  /** Whether an empty field means something. */
  clearable?: boolean;
  disabled?: boolean;
  placeholder?: string;
  marked?: string | undefined;
}

/** A number or a time that is typed; it counts when the field is left or with Enter. */
export function TypedNumber({
  label,
  value,
  write,
  read,
  onValue,
  clearable,
  disabled,
  placeholder,
  marked,
}: Props) {
  const [typed, setTyped] = useState<string | null>(null);
  const shown = value === null ? "" : write(value);
  const parsed = typed === null ? value : read(typed);
  const isEmpty = typed?.trim() === "";
  const isWrong = typed !== null && parsed === null && !(isEmpty && (clearable || value === null));
  const keep = () => {
    if (typed !== null && typed !== shown && !isWrong) {
      if (parsed !== null) onValue(parsed);
      else if (clearable && isEmpty && value !== null) onValue(null);
    }
    setTyped(null);
  };
  return (
    <div class={marked}>
      <Field label={label} error={isWrong ? t("editor.notANumber") : null}>
        {(props) => (
          <input
            class="input mono"
            {...props}
            disabled={disabled}
            placeholder={placeholder}
            value={typed ?? shown}
            onInput={(event) => setTyped(event.currentTarget.value)}
            onBlur={keep}
            onKeyDown={(event) => {
              if (event.key === "Enter") event.currentTarget.blur();
            }}
          />
        )}
      </Field>
    </div>
  );
}

export const readNumber = (text: string): number | null => {
  const value = Number(text.trim().replace(",", "."));
  return text.trim() === "" || !Number.isFinite(value) || value < 0 ? null : value;
};

/** Finer than a tenth of a hertz is noise of the hand. */
export const writeHertz = (value: number): string => String(Math.round(value * 10) / 10);
