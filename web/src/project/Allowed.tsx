import { Lock } from "lucide";
import type { ComponentChildren } from "preact";
import { t } from "../i18n";
import { Icon } from "../ui";
import styles from "./project.module.css";
import { leastFor, type Permission } from "./roles";
import { roleWord } from "./roleWords";
import type { ProjectView } from "./useProject";

/** Controls that need a permission: without it they are shown, cannot be used, and say why. */
export function Allowed(props: { view: ProjectView; to: Permission; children: ComponentChildren }) {
  const { view, to, children } = props;
  const trashed = view.project.deleted_at !== null;
  const allowed = view.can(to) && !trashed;
  const why = trashed
    ? t("project.trashedHint")
    : t("project.needs", { role: roleWord(leastFor(to)), mine: roleWord(view.role) });
  return (
    <>
      {!allowed && (
        <p class="notice">
          <Icon of={Lock} />
          <span>{why}</span>
        </p>
      )}
      <fieldset class={styles.allowed} disabled={!allowed}>
        {children}
      </fieldset>
    </>
  );
}
