import { useCallback } from "preact/hooks";
import { ask, GET } from "../api/client";
import type { SchemaMemberAnswer, SchemaProjectAnswer, SchemaRole } from "../api/schema";
import { session } from "../shell/session";
import { type Loaded, useLoaded } from "../ui";
import { may, type Permission } from "./roles";

export interface ProjectView {
  readonly project: SchemaProjectAnswer;
  readonly members: readonly SchemaMemberAnswer[];
  /** Of the one who works here. */
  readonly role: SchemaRole;
  readonly can: (permission: Permission) => boolean;
}

/** The role of the one who works here; administrators of the server may do everything. */
export function roleIn(members: readonly SchemaMemberAnswer[]): SchemaRole {
  if (session.value?.user.is_administrator) return "admin";
  const mine = members.find((member) => member.user_id === session.value?.user.id);
  return mine?.role ?? "viewer";
}

export async function loadProject(projectId: string): Promise<ProjectView> {
  const params = { path: { project_id: projectId } };
  const [project, { items: members }] = await Promise.all([
    ask(GET("/api/v1/projects/{project_id}", { params })),
    ask(GET("/api/v1/projects/{project_id}/members", { params })),
  ]);
  return viewOf(project, members);
}

function viewOf(project: SchemaProjectAnswer, members: readonly SchemaMemberAnswer[]): ProjectView {
  const role = roleIn(members);
  return { project, members, role, can: (permission) => may(role, permission) };
}

/** A project and what one may do in it. */
export function useProject(projectId: string): Loaded<ProjectView> & {
  /** Show what a change answered. */
  put: (project: SchemaProjectAnswer) => void;
} {
  const loaded = useLoaded(() => loadProject(projectId), [projectId]);
  const { data, set } = loaded;
  const put = useCallback(
    (project: SchemaProjectAnswer) => {
      if (data) set(viewOf(project, data.members));
    },
    [data, set],
  );
  return { ...loaded, put };
}
