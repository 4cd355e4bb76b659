import type { ComponentChildren } from "preact";
import { useId } from "preact/hooks";

interface FieldProps {
  label: string;
  hint?: ComponentChildren;
  error?: string | null | undefined;
  children: (props: {
    id: string;
    "aria-describedby"?: string;
    "aria-invalid"?: boolean;
  }) => ComponentChildren;
}

/** A control with its name, what to know about it, and what is wrong with it. */
export function Field({ label, hint, error, children }: FieldProps) {
  const id = useId();
  const described = [hint && `${id}-hint`, error && `${id}-error`].filter(Boolean).join(" ");
  return (
    <div class="field">
      <label for={id}>{label}</label>
      {children({
        id,
        ...(described ? { "aria-describedby": described } : {}),
        ...(error ? { "aria-invalid": true } : {}),
      })}
      {hint && (
        <span class="field-hint" id={`${id}-hint`}>
          {hint}
        </span>
      )}
      {error && (
        <span class="field-error" id={`${id}-error`} role="alert">
          {error}
        </span>
      )}
    </div>
  );
}

interface TextProps {
  type?: "text" | "password" | "search" | "number" | "url" | "date" | "datetime-local";
  autocomplete?: "username" | "current-password" | "new-password" | "off";
  autocapitalize?: "none";
  autofocus?: boolean;
  required?: boolean;
  disabled?: boolean;
  placeholder?: string;
  maxLength?: number;
  min?: number | string;
  max?: number | string;
  step?: number | string;
  label: string;
  hint?: ComponentChildren;
  error?: string | null | undefined;
  value: string;
  onValue: (value: string) => void;
}

export function TextField({ label, hint, error, value, onValue, type, ...rest }: TextProps) {
  // The types of JSX tie every kind of input to its roles; ours are the plain ones.
  const kind = { type: type ?? "text" } as { type: "text" };
  return (
    <Field label={label} hint={hint} error={error}>
      {(props) => (
        <input
          class="input"
          {...kind}
          {...rest}
          {...props}
          value={value}
          onInput={(event) => onValue(event.currentTarget.value)}
        />
      )}
    </Field>
  );
}

interface AreaProps {
  rows?: number;
  required?: boolean;
  disabled?: boolean;
  placeholder?: string;
  maxLength?: number;
  label: string;
  hint?: ComponentChildren;
  error?: string | null | undefined;
  value: string;
  onValue: (value: string) => void;
}

export function TextArea({ label, hint, error, value, onValue, ...rest }: AreaProps) {
  return (
    <Field label={label} hint={hint} error={error}>
      {(props) => (
        <textarea
          class="input"
          rows={4}
          {...rest}
          {...props}
          value={value}
          onInput={(event) => onValue(event.currentTarget.value)}
        />
      )}
    </Field>
  );
}

export interface Choice {
  value: string;
  label: string;
}

interface SelectProps {
  label: string;
  hint?: ComponentChildren;
  value: string;
  choices: readonly Choice[];
  onValue: (value: string) => void;
  disabled?: boolean;
}

export function SelectField({ label, hint, value, choices, onValue, disabled }: SelectProps) {
  return (
    <Field label={label} hint={hint}>
      {(props) => <Select {...props} {...{ value, choices, onValue, disabled }} />}
    </Field>
  );
}

interface BareSelectProps {
  id?: string;
  "aria-label"?: string;
  value: string;
  choices: readonly Choice[];
  onValue: (value: string) => void;
  disabled?: boolean | undefined;
}

export function Select({ value, choices, onValue, ...rest }: BareSelectProps) {
  return (
    <select class="input" {...rest} value={value} onChange={(event) => onValue(event.currentTarget.value)}>
      {choices.map((choice) => (
        <option key={choice.value} value={choice.value}>
          {choice.label}
        </option>
      ))}
    </select>
  );
}

interface CheckProps {
  label: string;
  checked: boolean;
  onValue: (checked: boolean) => void;
  disabled?: boolean;
}

export function Check({ label, checked, onValue, disabled }: CheckProps) {
  return (
    <label class="check">
      <input
        type="checkbox"
        checked={checked}
        disabled={disabled}
        onChange={(event) => onValue(event.currentTarget.checked)}
      />
      {label}
    </label>
  );
}
