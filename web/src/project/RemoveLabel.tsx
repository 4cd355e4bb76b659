import { ask, GET } from "../api/client";
import { formatNumber, t } from "../i18n";
import { ConfirmDialog, useLoaded } from "../ui";

interface Props {
  projectId: string;
  name: string;
  onConfirm: () => void;
  onClose: () => void;
}

async function countOf(projectId: string, label: string): Promise<{ count: number; more: boolean }> {
  const params = { path: { project_id: projectId }, query: { label, limit: 1, count: true } };
  const page = await ask(GET("/api/v1/projects/{project_id}/recordings", { params }));
  return { count: page.count ?? 0, more: page.count_is_more ?? false };
}

/** Says what carries a label before it leaves the set; the segments keep it. */
export function RemoveLabel({ projectId, name, onConfirm, onClose }: Props) {
  const { data } = useLoaded(() => countOf(projectId, name), [projectId, name]);
  const used = data && (data.count > 0 || data.more);
  return (
    <ConfirmDialog
      title={t("project.removeLabel", { name })}
      action={t("common.remove")}
      onConfirm={onConfirm}
      onClose={onClose}
    >
      {data === undefined && <p class="soft">{t("common.loading")}</p>}
      {data && !used && <p>{t("project.labelUnused")}</p>}
      {used && (
        <p>
          {data.more
            ? t("project.labelUsedMore", { most: formatNumber(data.count) })
            : t("project.labelUsed", { count: data.count })}
        </p>
      )}
    </ConfirmDialog>
  );
}
