import type { SchemaRole } from "../api/schema";
import { t } from "../i18n";

export function roleWord(role: SchemaRole): string {
  return {
    admin: t("project.admin"),
    manager: t("project.manager"),
    annotator: t("project.annotator"),
    viewer: t("project.viewer"),
  }[role];
}

/** What a role lets people do. */
export function roleHint(role: SchemaRole): string {
  return {
    admin: t("project.adminHint"),
    manager: t("project.managerHint"),
    annotator: t("project.annotatorHint"),
    viewer: t("project.viewerHint"),
  }[role];
}
