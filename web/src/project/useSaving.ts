import { useState } from "preact/hooks";
import { ApiError } from "../api/client";
import type { SchemaProjectAnswer } from "../api/schema";
import { t } from "../i18n";
import { say } from "../ui";

export interface Saving {
  readonly busy: boolean;
  readonly error: unknown;
  /** Somebody else changed the project since it was read. */
  readonly stale: boolean;
  readonly run: (version: number | null) => Promise<void>;
  readonly clear: () => void;
}

/** Save a change of the project that was read at a version; null saves over whatever there is. */
export function useSaving(
  save: (ifMatch: string) => Promise<SchemaProjectAnswer>,
  onSaved: (project: SchemaProjectAnswer) => void,
): Saving {
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const run = async (version: number | null) => {
    setBusy(true);
    setError(null);
    try {
      onSaved(await save(version === null ? "*" : `"${version}"`));
      say(t("common.saved"));
    } catch (failed) {
      setError(failed);
    } finally {
      setBusy(false);
    }
  };
  const stale = error instanceof ApiError && error.status === 412;
  return { busy, error: stale ? null : error, stale, run, clear: () => setError(null) };
}
