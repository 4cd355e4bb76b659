import type { IconNode } from "lucide";
import type { ComponentChildren } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { Icon } from "./Icon";

export interface MenuItem {
  label: string;
  icon?: IconNode;
  onSelect: () => void;
  disabled?: boolean;
}

interface Props {
  /** What the button shows; with `label` read aloud where that is only a picture. */
  button: ComponentChildren;
  label?: string;
  items: readonly MenuItem[];
  kind?: "normal" | "plain";
  align?: "start" | "end";
}

const GAP = 4;

/** Put the list over everything else, beside its button: tables and panels that scroll would cut it off. */
function place(root: HTMLElement | null, align: "start" | "end"): void {
  const [button, list] = [root?.querySelector("button"), root?.querySelector<HTMLElement>("[role=menu]")];
  if (!button || !list || typeof list.showPopover !== "function") return;
  list.showPopover();
  const [at, size] = [button.getBoundingClientRect(), list.getBoundingClientRect()];
  const wanted = align === "start" ? at.left : at.right - size.width;
  const left = Math.max(GAP, Math.min(wanted, innerWidth - size.width - GAP));
  const below = at.bottom + GAP;
  const top = below + size.height > innerHeight ? Math.max(GAP, at.top - GAP - size.height) : below;
  Object.assign(list.style, { left: `${left}px`, top: `${top}px` });
}

/** A button that opens a list of actions; arrows move, Escape closes. */
export function Menu({ button, label, items, kind = "normal", align = "end" }: Props) {
  const [open, setOpen] = useState(false);
  const root = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (!open) return;
    place(root.current, align);
    root.current?.querySelector<HTMLElement>("[role=menuitem]")?.focus();
    const outside = (event: PointerEvent) => {
      if (!root.current?.contains(event.target as Node)) setOpen(false);
    };
    const moved = () => setOpen(false);
    document.addEventListener("pointerdown", outside);
    addEventListener("resize", moved);
    return () => {
      document.removeEventListener("pointerdown", outside);
      removeEventListener("resize", moved);
    };
  }, [open]);
  const close = () => {
    setOpen(false);
    root.current?.querySelector<HTMLElement>("button")?.focus();
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (!open) return;
    event.stopPropagation();
    if (event.key === "Escape") close();
    const step = event.key === "ArrowDown" ? 1 : event.key === "ArrowUp" ? -1 : 0;
    if (step === 0) return;
    event.preventDefault();
    const all = [...(root.current?.querySelectorAll<HTMLElement>("[role=menuitem]") ?? [])];
    const at = all.indexOf(document.activeElement as HTMLElement);
    all[(at + step + all.length) % all.length]?.focus();
  };
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: keys of the list inside are taken here
    <div class="menu" ref={root} onKeyDown={onKeyDown}>
      <button
        type="button"
        class={`button ${kind === "plain" ? "button-plain" : ""}`}
        aria-haspopup="menu"
        aria-expanded={open}
        aria-label={label}
        title={label}
        onClick={() => setOpen(!open)}
      >
        {button}
      </button>
      {open && (
        <div class={`menu-list ${align === "start" ? "menu-list-start" : ""}`} role="menu" popover="manual">
          {items.map((item) => (
            <button
              type="button"
              key={item.label}
              role="menuitem"
              class="menu-item"
              aria-disabled={item.disabled}
              onClick={() => {
                if (item.disabled) return;
                close();
                item.onSelect();
              }}
            >
              {item.icon && <Icon of={item.icon} />}
              {item.label}
            </button>
          ))}
        </div>
      )}
    </div>
  );
}
