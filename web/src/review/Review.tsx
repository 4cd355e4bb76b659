import { ArrowLeft } from "lucide";
import { useRoute } from "preact-iso";
import { ask, GET } from "../api/client";
import { t } from "../i18n";
import { session } from "../shell/session";
import { ErrorNotice, Icon, useLoaded, useQuery } from "../ui";
import { Filters } from "./Filters";
import { Judging } from "./Judging";
import { wantedBy } from "./query";
import styles from "./review.module.css";

/** Segments of a project side by side, to be judged. */
export default function Review() {
  const { params } = useRoute();
  const projectId = params.projectId ?? "";
  const [query] = useQuery();
  const {
    data: project,
    error,
    reload,
  } = useLoaded(
    () => ask(GET("/api/v1/projects/{project_id}", { params: { path: { project_id: projectId } } })),
    [projectId],
  );
  const me = session.value?.user.id;
  const wanted = wantedBy(query);
  return (
    <div class={styles.page}>
      <header class={styles.head}>
        <div class="row">
          <a href={`/projects/${projectId}`} class="row">
            <Icon of={ArrowLeft} size={16} />
            {project?.name ?? t("review.project")}
          </a>
          <h1>{t("review.title")}</h1>
        </div>
        <details class={styles.filters} open={innerWidth > 760}>
          <summary>{t("review.filters")}</summary>
          <Filters projectId={projectId} labels={project?.labels ?? []} />
        </details>
      </header>
      {error !== null && <ErrorNotice error={error} onRetry={() => void reload()} />}
      {project && me && (
        <Judging key={JSON.stringify([projectId, wanted])} project={project} me={me} wanted={wanted} />
      )}
    </div>
  );
}
