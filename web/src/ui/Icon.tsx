import type { IconNode } from "lucide";
import { createElement } from "preact";

interface Props {
  of: IconNode;
  size?: number;
  /** Read aloud in place of the picture; without it the icon only decorates. */
  label?: string;
}

/** One of lucide's icons. */
export function Icon({ of, size = 18, label }: Props) {
  return (
    // biome-ignore lint/a11y/noSvgWithoutTitle: it has one unless it only decorates
    <svg
      class="icon"
      width={size}
      height={size}
      viewBox="0 0 24 24"
      fill="none"
      stroke="currentColor"
      stroke-width="2"
      stroke-linecap="round"
      stroke-linejoin="round"
      role={label === undefined ? undefined : "img"}
      aria-hidden={label === undefined}
    >
      {label !== undefined && <title>{label}</title>}
      {of.map(([tag, attributes]) => createElement(tag, attributes as Record<string, string>))}
    </svg>
  );
}
