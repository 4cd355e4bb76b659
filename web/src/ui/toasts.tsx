import { signal } from "@preact/signals";
import { X } from "lucide";
import { t } from "../i18n";
import { Button, IconButton } from "./Button";
import { wordsOf } from "./errors";

interface Toast {
  id: number;
  text: string;
  bad: boolean;
  action?: { label: string; run: () => void };
}

const toasts = signal<readonly Toast[]>([]);
let last = 0;

function show(toast: Omit<Toast, "id">, seconds: number): void {
  const id = ++last;
  toasts.value = [...toasts.value, { ...toast, id }].slice(-4);
  setTimeout(() => dismiss(id), seconds * 1000);
}

function dismiss(id: number): void {
  toasts.value = toasts.value.filter((toast) => toast.id !== id);
}

/** Say in a corner that something was done, with an optional way to take it back. */
export function say(text: string, action?: Toast["action"]): void {
  show({ text, bad: false, ...(action ? { action } : {}) }, action ? 10 : 5);
}

/** Say in a corner what went wrong. */
export function complain(error: unknown): void {
  show({ text: wordsOf(error), bad: true }, 12);
}

export function Toasts() {
  return (
    <div class="toasts" role="status" aria-live="polite">
      {toasts.value.map(({ id, text, bad, action }) => (
        <div key={id} class={`toast ${bad ? "toast-bad" : ""}`}>
          <span class="grow">{text}</span>
          {action && (
            <Button
              kind="plain"
              onClick={() => {
                dismiss(id);
                action.run();
              }}
            >
              {action.label}
            </Button>
          )}
          <IconButton icon={X} label={t("common.close")} onClick={() => dismiss(id)} />
        </div>
      ))}
    </div>
  );
}
