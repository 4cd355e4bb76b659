import { RotateCw, X } from "lucide";
import { useMemo, useState } from "preact/hooks";
import { useLocation, useRoute } from "preact-iso";
import { t } from "../i18n";
import { addressOf, Button, ConfirmDialog, Empty, More, useQuery, useSelection } from "../ui";
import { those, toAll } from "./actions";
import { Filters } from "./Filters";
import { JobPanel } from "./JobPanel";
import { JobTable } from "./JobTable";
import type { Job } from "./timing";
import { useJobs } from "./useJobs";
import { sortingQuery, wantedBy } from "./wanted";

function NoJobs({ filtered }: { filtered: boolean }) {
  const { path, route } = useLocation();
  if (filtered) {
    return (
      <Empty title={t("common.nothingFits")}>
        <Button onClick={() => route(path, true)}>{t("jobs.clearFilters")}</Button>
      </Empty>
    );
  }
  return (
    <Empty title={t("jobs.empty")}>
      <p>{t("jobs.emptyHint")}</p>
      <a href="/">{t("jobs.emptyStart")}</a>
    </Empty>
  );
}

interface BulkProps {
  chosen: readonly Job[];
  onChange: (job: Job) => void;
  onClear: () => void;
}

/** What can be done to the chosen jobs together. */
function Bulk({ chosen, onChange, onClear }: BulkProps) {
  const [asking, setAsking] = useState<readonly Job[]>([]);
  const [cancellable, retriable] = [those(chosen, "cancel"), those(chosen, "retry")];
  const run = async (jobs: readonly Job[], action: "cancel" | "retry") => {
    setAsking([]);
    onClear();
    await toAll(jobs, action, onChange);
  };
  return (
    <div class="row" role="status">
      <span class="soft">{t("common.selected", { count: chosen.length })}</span>
      <Button icon={X} disabled={cancellable.length === 0} onClick={() => setAsking(cancellable)}>
        {t("jobs.cancelMany", { count: cancellable.length })}
      </Button>
      <Button icon={RotateCw} disabled={retriable.length === 0} onClick={() => void run(retriable, "retry")}>
        {t("jobs.retryMany", { count: retriable.length })}
      </Button>
      <Button kind="plain" onClick={onClear}>
        {t("common.clear")}
      </Button>
      {asking.length > 0 && (
        <ConfirmDialog
          title={t("jobs.cancelTitle")}
          action={t("jobs.cancelMany", { count: asking.length })}
          onConfirm={() => void run(asking, "cancel")}
          onClose={() => setAsking([])}
        >
          {t("jobs.cancelHint", { count: asking.length })}
        </ConfirmDialog>
      )}
    </div>
  );
}

/** All long work: how it goes, and what became of it. */
export default function Jobs() {
  const { params } = useRoute();
  const { route } = useLocation();
  const [query, setQuery] = useQuery();
  const wanted = wantedBy(query);
  const pages = useJobs(wanted);
  const ids = useMemo(() => pages.items.map((job) => job.id), [pages.items]);
  const selection = useSelection(ids);
  const chosen = pages.items.filter((job) => selection.ids.has(job.id));
  const filtered = Boolean(wanted.states.length || wanted.kind || wanted.project || wanted.recording);
  const replace = (job: Job) =>
    pages.change((items) => items.map((one) => (one.id === job.id ? { ...one, ...job } : one)));
  const empty = pages.items.length === 0 && !pages.loading && pages.error === null;
  return (
    <div class="page">
      <header class="stack-tight">
        <h1>{t("jobs.title")}</h1>
        <p class="soft">{t("jobs.intro")}</p>
      </header>
      {!(empty && !filtered) && <Filters />}
      {chosen.length > 0 && <Bulk chosen={chosen} onChange={replace} onClear={selection.clear} />}
      <div class="beside">
        <div class="grow stack">
          {empty && <NoJobs filtered={filtered} />}
          {pages.items.length > 0 && (
            <JobTable
              jobs={pages.items}
              sorting={{ sort: wanted.sort, order: wanted.order }}
              onSort={({ sort, order }) => setQuery(sortingQuery(sort, order))}
              selection={{ ids: selection.ids, onToggle: selection.toggle, onAll: selection.all }}
              onCancel={(job) => void toAll([job], "cancel", replace)}
              onRetry={(job) => void toAll([job], "retry", replace)}
            />
          )}
          <More pages={pages} />
        </div>
        {params.jobId && (
          <JobPanel
            key={params.jobId}
            id={params.jobId}
            onChange={replace}
            onClose={() => route(addressOf("/jobs", query), true)}
          />
        )}
      </div>
    </div>
  );
}
