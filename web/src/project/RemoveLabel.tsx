import { t } from "../i18n";
import { ConfirmDialog, useLoaded } from "../ui";
import { countOf, usesOf } from "./uses";

interface Props {
  projectId: string;
  name: string;
  /** All names that segments may have it by. */
  names: readonly string[];
  onConfirm: () => void;
  onClose: () => void;
}

/** Says how many segments carry a label before it leaves the set; they keep it. */
export function RemoveLabel({ projectId, name, names, onConfirm, onClose }: Props) {
  const { data, error } = useLoaded(() => usesOf(projectId), [projectId]);
  const count = data === undefined ? null : countOf(data, names);
  return (
    <ConfirmDialog
      title={t("project.removeLabel", { name })}
      action={t("common.remove")}
      onConfirm={onConfirm}
      onClose={onClose}
    >
      {count === null && error === null && <p class="soft">{t("common.loading")}</p>}
      {error !== null && <p>{t("project.labelUseUnknown")}</p>}
      {count === 0 && <p>{t("project.labelUnused")}</p>}
      {count !== null && count > 0 && <p>{t("project.labelUsed", { count })}</p>}
    </ConfirmDialog>
  );
}
