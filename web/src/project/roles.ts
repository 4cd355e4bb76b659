/** What each role may do in a project; the server checks it again. */
import type { SchemaRole } from "../api/schema";

export const ROLES = ["admin", "manager", "annotator", "viewer"] as const satisfies readonly SchemaRole[];

export type Permission =
  /** See, hear and export. */
  | "read"
  /** Annotate, tag, write notes. */
  | "annotate"
  /** Bring and delete recordings, run engines, set labels, pipeline, schedules and webhooks. */
  | "manage"
  /** Choose members, delete the project. */
  | "administer";

const LEAST: Readonly<Record<Permission, SchemaRole>> = {
  read: "viewer",
  annotate: "annotator",
  manage: "manager",
  administer: "admin",
};

/** Whether a role is enough; nobody has a role in a project that is not theirs. */
export function may(role: SchemaRole | null, permission: Permission): boolean {
  return role !== null && ROLES.indexOf(role) <= ROLES.indexOf(LEAST[permission]);
}

/** The least role that is enough. */
export function leastFor(permission: Permission): SchemaRole {
  return LEAST[permission];
}
