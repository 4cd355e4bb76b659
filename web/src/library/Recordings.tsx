import { useLocation, useRoute } from "preact-iso";
import { t } from "../i18n";
import { useProject } from "../project/useProject";
import { ErrorNotice } from "../ui";
import { Library } from "./Library";

/** The recordings of a project. */
export default function Recordings() {
  const { projectId = "" } = useRoute().params;
  const { url } = useLocation();
  const { data, error, reload } = useProject(projectId);
  if (error !== null) {
    return (
      <div class="page">
        <ErrorNotice error={error} onRetry={reload} />
        <a href="/">{t("shell.projects")}</a>
      </div>
    );
  }
  if (data === undefined || data.project.id !== projectId) {
    return (
      <div class="page" aria-busy="true">
        <p class="soft">{t("common.loading")}</p>
      </div>
    );
  }
  return <Library key={projectId} view={data} search={new URL(url, location.origin).search} />;
}
