import { X } from "lucide";
import type { ComponentChildren } from "preact";
import { useEffect, useId, useRef } from "preact/hooks";
import { t } from "../i18n";
import { Button, IconButton } from "./Button";

interface Props {
  title: string;
  onClose: () => void;
  wide?: boolean;
  children: ComponentChildren;
}

/** A modal dialog; it is there as long as it is rendered. Escape closes it, the focus goes back where it was. */
export function Dialog({ title, onClose, wide = false, children }: Props) {
  const dialog = useRef<HTMLDialogElement>(null);
  const id = useId();
  useEffect(() => {
    const before = document.activeElement;
    const element = dialog.current;
    element?.showModal();
    return () => {
      element?.close();
      if (before instanceof HTMLElement) before.focus();
    };
  }, []);
  return (
    <dialog
      ref={dialog}
      class={`dialog ${wide ? "dialog-wide" : ""}`}
      aria-labelledby={id}
      onCancel={(event) => {
        event.preventDefault();
        onClose();
      }}
    >
      <div class="dialog-body">
        <div class="row-between">
          <h2 id={id}>{title}</h2>
          <IconButton icon={X} label={t("common.close")} onClick={onClose} />
        </div>
        {children}
      </div>
    </dialog>
  );
}

interface ConfirmProps {
  title: string;
  children: ComponentChildren;
  action: string;
  onConfirm: () => void;
  onClose: () => void;
  busy?: boolean;
}

/** Ask before something that is hard to take back. */
export function ConfirmDialog({ title, children, action, onConfirm, onClose, busy = false }: ConfirmProps) {
  return (
    <Dialog title={title} onClose={onClose}>
      <div>{children}</div>
      <div class="dialog-actions">
        <Button onClick={onClose}>{t("common.cancel")}</Button>
        <Button kind="danger" onClick={onConfirm} disabled={busy}>
          {action}
        </Button>
      </div>
    </Dialog>
  );
}
