import { useState } from "preact/hooks";
import { useRoute } from "preact-iso";
import { t } from "../i18n";
import { ErrorNotice } from "../ui";
import { ExchangeTab } from "./ExchangeTab";
import { GeneralTab } from "./GeneralTab";
import { LabelsTab } from "./LabelsTab";
import { MembersTab } from "./MembersTab";
import { PipelineTab } from "./PipelineTab";
import { SchedulesTab } from "./SchedulesTab";
import { useProject } from "./useProject";
import { VoicesTab } from "./VoicesTab";
import { WebhooksTab } from "./WebhooksTab";

const TABS = [
  "general",
  "labels",
  "pipeline",
  "voices",
  "members",
  "exchange",
  "schedules",
  "webhooks",
] as const;
type Tab = (typeof TABS)[number];

function tabWord(tab: Tab): string {
  return {
    general: t("project.general"),
    labels: t("project.labels"),
    pipeline: t("project.pipeline"),
    voices: t("project.voices"),
    members: t("project.members"),
    exchange: t("project.exchange"),
    schedules: t("project.schedules"),
    webhooks: t("project.webhooks"),
  }[tab];
}

const CONTENT = {
  general: GeneralTab,
  labels: LabelsTab,
  pipeline: PipelineTab,
  voices: VoicesTab,
  members: MembersTab,
  exchange: ExchangeTab,
  schedules: SchedulesTab,
  webhooks: WebhooksTab,
} as const;

/** What every tab gets. */
export interface TabProps {
  readonly loaded: ReturnType<typeof useProject>;
  readonly view: NonNullable<ReturnType<typeof useProject>["data"]>;
  /** Read the project again; drafts begin anew from it. */
  readonly onReload: () => void;
}

/** All that is set once for a project. */
export default function ProjectSettings() {
  const { projectId = "", tab } = useRoute().params;
  const loaded = useProject(projectId);
  const [turn, setTurn] = useState(0);
  const chosen = TABS.find((known) => known === tab) ?? "general";
  const Content = CONTENT[chosen];
  const view = loaded.data?.project.id === projectId ? loaded.data : undefined;
  const reload = () => {
    loaded.reload().then(() => setTurn((now) => now + 1));
  };
  return (
    <div class="page">
      <div class="stack-tight">
        <nav class="small row" aria-label={t("library.where")}>
          <a href="/">{t("shell.projects")}</a>
          {view && (
            <>
              <span aria-hidden="true">/</span>
              <a href={`/projects/${projectId}`}>{view.project.name}</a>
            </>
          )}
        </nav>
        <h1>{t("project.title")}</h1>
      </div>
      <nav class="tabs" aria-label={t("project.title")}>
        {TABS.map((one) => (
          <a
            key={one}
            href={`/projects/${projectId}/settings/${one}`}
            aria-current={one === chosen ? "page" : undefined}
          >
            {tabWord(one)}
          </a>
        ))}
      </nav>
      {loaded.error !== null && <ErrorNotice error={loaded.error} onRetry={loaded.reload} />}
      {view ? (
        <Content key={`${chosen} ${turn}`} loaded={loaded} view={view} onReload={reload} />
      ) : (
        loaded.error === null && <p class="soft">{t("common.loading")}</p>
      )}
    </div>
  );
}
