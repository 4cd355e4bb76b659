import type { IconNode } from "lucide";
import type { ComponentChildren, JSX } from "preact";
import { Icon } from "./Icon";

type Kind = "normal" | "primary" | "danger" | "plain";

interface Props extends Omit<JSX.IntrinsicElements["button"], "icon" | "label"> {
  kind?: Kind;
  icon?: IconNode;
  children?: ComponentChildren;
}

export function Button({ kind = "normal", icon, children, class: more = "", ...rest }: Props) {
  const classes = `button ${kind === "normal" ? "" : `button-${kind}`} ${String(more)}`;
  return (
    <button type="button" {...rest} class={classes}>
      {icon && <Icon of={icon} />}
      {children}
    </button>
  );
}

interface IconButtonProps extends Omit<Props, "children" | "icon"> {
  icon: IconNode;
  /** What it does, in words: shown as tooltip and read aloud. */
  label: string;
}

export function IconButton({ icon, label, kind = "plain", class: more = "", ...rest }: IconButtonProps) {
  return (
    <Button {...rest} kind={kind} class={`button-icon ${String(more)}`} aria-label={label} title={label}>
      <Icon of={icon} />
    </Button>
  );
}

interface LinkProps {
  href: string;
  kind?: Kind;
  icon?: IconNode;
  children: ComponentChildren;
  download?: boolean;
}

/** A link that looks like a button. */
export function LinkButton({ href, kind = "normal", icon, children, download }: LinkProps) {
  return (
    <a class={`button ${kind === "normal" ? "" : `button-${kind}`}`} href={href} download={download}>
      {icon && <Icon of={icon} />}
      {children}
    </a>
  );
}
