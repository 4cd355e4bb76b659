/** Whether what is on the screen is on the server too, and what stands in the way. */

export type SaveState =
  | { kind: "loading" }
  | { kind: "saved" }
  | { kind: "saving"; count: number }
  /** The server cannot be reached now; edits are kept in this browser. */
  | { kind: "waiting"; count: number; retryAt: number; error: unknown }
  | { kind: "conflict"; count: number }
  | { kind: "refused"; count: number; error: unknown };

/** The server could not be reached. */
export interface Trouble {
  readonly error: unknown;
  readonly retryAt: number;
}

export interface Parts {
  /** Segments and areas with edits that the server does not have. */
  readonly edits: number;
  readonly areas: number;
  readonly conflicts: number;
  readonly trouble: Trouble | null;
  readonly isLoading: boolean;
  /** Why edits of segments, or of areas, are not taken. */
  readonly refused: unknown;
  readonly areasRefused: unknown;
}

export function stateOf({ edits, areas, conflicts, trouble, isLoading, ...why }: Parts): SaveState {
  const count = edits + areas;
  if (trouble) return { kind: "waiting", count, ...trouble };
  if (isLoading) return { kind: "loading" };
  const refused = why.refused ?? why.areasRefused;
  if (refused !== null) return { kind: "refused", count, error: refused };
  if (conflicts > 0) return { kind: "conflict", count: conflicts };
  return count > 0 ? { kind: "saving", count } : { kind: "saved" };
}
