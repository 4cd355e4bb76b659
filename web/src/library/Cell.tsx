import type { ComponentChildren } from "preact";

interface Props {
  class?: string | undefined;
  sort?: "ascending" | "descending" | "none";
  head?: boolean;
  children?: ComponentChildren;
}

/** A cell of the list. The focus moves from row to row; what can be used within a cell is reached by Tab. */
export function Cell({ class: more, sort, head = false, children }: Props) {
  return (
    // biome-ignore lint/a11y/useAriaPropsSupportedByRole: only heads are given an order
    <span role={head ? "columnheader" : "gridcell"} class={more} aria-sort={sort}>
      {children}
    </span>
  );
}
