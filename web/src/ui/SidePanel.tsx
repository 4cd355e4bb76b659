import { X } from "lucide";
import type { ComponentChildren } from "preact";
import { useEffect, useId, useRef } from "preact/hooks";
import { t } from "../i18n";
import { IconButton } from "./Button";

interface Props {
  title: ComponentChildren;
  onClose: () => void;
  children: ComponentChildren;
}

/** Details beside a list, over it on small screens. Escape closes it. */
export function SidePanel({ title, onClose, children }: Props) {
  const id = useId();
  const head = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    const before = document.activeElement;
    head.current?.focus();
    return () => {
      if (before instanceof HTMLElement) before.focus();
    };
  }, []);
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key !== "Escape" || event.defaultPrevented) return;
    event.stopPropagation();
    onClose();
  };
  return (
    <aside class="side-panel" aria-labelledby={id} onKeyDown={onKeyDown}>
      <div class="row-between side-panel-head">
        <h2 id={id} ref={head} tabIndex={-1} class="grow">
          {title}
        </h2>
        <IconButton icon={X} label={t("common.close")} onClick={onClose} />
      </div>
      <div class="stack side-panel-body">{children}</div>
    </aside>
  );
}
