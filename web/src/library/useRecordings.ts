import { useCallback, useEffect, useRef, useState } from "preact/hooks";
import { ask, GET } from "../api/client";
import { onEvents } from "../api/events";
import type { SchemaRecordingAnswer, SchemaRecordingPage } from "../api/schema";
import { complain } from "../ui";
import { type Filters, type Ordering, wantedOf, writeSearch } from "./filters";
import { firstOf, keep, keptOf, PAGE, type Pages, renewed, sizeToRenew, withMore } from "./pages";

const CHANGES = [
  "recording.created",
  "recording.deleted",
  "recording.failed",
  "recording.imported",
  "recording.purged",
  "recording.restored",
  "recording.updated",
  "annotation.created",
  "annotation.deleted",
  "annotation.edited",
  "annotation.reopened",
  "annotation.restored",
  "annotation.reverted",
  "annotation.reviewed",
  "annotation.submitted",
] as const;
/** While files stream in, the list is renewed no more often than this. */
const RENEW_MS = 1200;

export interface Recordings {
  readonly pages: Pages | null;
  readonly error: unknown;
  readonly loadingMore: boolean;
  readonly more: () => Promise<void>;
  readonly renew: () => Promise<void>;
  readonly put: (row: SchemaRecordingAnswer) => void;
}

type Fetch = (extra: { limit: number; cursor?: string; count?: boolean }) => Promise<SchemaRecordingPage>;

function fetcher(projectId: string, filters: Filters, ordering: Ordering): Fetch {
  return (extra) => {
    const query = { ...wantedOf(filters), ...ordering, ...extra, with_work: true };
    const params = { path: { project_id: projectId }, query };
    return ask(GET("/api/v1/projects/{project_id}/recordings", { params }));
  };
}

/** The recordings that fit, page after page; what changes on the server is shown as it changes. */
export function useRecordings(projectId: string, filters: Filters, ordering: Ordering): Recordings {
  const key = projectId + writeSearch(filters, ordering);
  const fetch = useCallback(fetcher(projectId, filters, ordering), [key]);
  const [state, setState] = useState<{ key: string; pages: Pages | null; error: unknown }>(() => ({
    key,
    pages: keptOf(key),
    error: null,
  }));
  const [loadingMore, setLoadingMore] = useState(false);
  const current = useRef(key);
  current.current = key;
  const pages = state.key === key ? state.pages : keptOf(key);
  const shown = useRef(pages);
  shown.current = pages;

  const show = useCallback(
    (after: Pages) => {
      keep(key, after);
      if (current.current === key) setState({ key, pages: after, error: null });
    },
    [key],
  );
  const renew = useCallback(async () => {
    try {
      const page = await fetch({ limit: sizeToRenew(shown.current?.rows.length ?? 0), count: true });
      show(shown.current === null || current.current !== key ? firstOf(page) : renewed(shown.current, page));
    } catch (error) {
      if (current.current !== key) return;
      if (shown.current === null) setState({ key, pages: null, error });
      else complain(error);
    }
  }, [fetch, key, show]);
  const more = useCallback(async () => {
    const before = shown.current;
    if (before === null || before.next === null) return;
    setLoadingMore(true);
    try {
      const page = await fetch({ limit: PAGE, cursor: before.next });
      if (current.current === key) show(withMore(shown.current ?? before, page));
    } catch (error) {
      complain(error);
    } finally {
      setLoadingMore(false);
    }
  }, [fetch, key, show]);
  const put = useCallback(
    (row: SchemaRecordingAnswer) => {
      const before = shown.current;
      if (before === null) return;
      // Answers to changes do not tell what was found in a recording: that stays as it was.
      const rows = before.rows.map((old) => (old.id === row.id ? { ...row, work: old.work } : old));
      show({ ...before, rows });
    },
    [show],
  );

  useEffect(() => {
    void renew();
    let timer: ReturnType<typeof setTimeout> | undefined;
    const stop = onEvents(CHANGES, ({ project_id }) => {
      if (project_id !== projectId) return;
      timer ??= setTimeout(() => {
        timer = undefined;
        void renew();
      }, RENEW_MS);
    });
    return () => {
      stop();
      clearTimeout(timer);
    };
  }, [renew, projectId]);
  return { pages, error: state.key === key ? state.error : null, loadingMore, more, renew, put };
}
