import { UserMinus } from "lucide";
import { useEffect, useState } from "preact/hooks";
import { ask, DELETE, GET, PUT } from "../api/client";
import type { SchemaMemberAnswer, SchemaRole, SchemaUserAnswer } from "../api/schema";
import { t } from "../i18n";
import { session } from "../shell/session";
import { Button, ConfirmDialog, complain, Empty, Select, SelectField, Table, TextField } from "../ui";
import { Allowed } from "./Allowed";
import type { TabProps } from "./ProjectSettings";
import styles from "./project.module.css";
import { ROLES } from "./roles";
import { roleHint, roleWord } from "./roleWords";

const roleChoices = () => ROLES.map((role) => ({ value: role, label: roleWord(role) }));
const roleNamed = (value: string): SchemaRole => ROLES.find((role) => role === value) ?? "viewer";
const TYPING_MS = 200;

function useFound(q: string): readonly SchemaUserAnswer[] {
  const [found, setFound] = useState<readonly SchemaUserAnswer[]>([]);
  useEffect(() => {
    if (q === "") return setFound([]);
    const timer = setTimeout(() => {
      ask(GET("/api/v1/users", { params: { query: { q, limit: 10 } } })).then(
        ({ items }) => setFound(items),
        complain,
      );
    }, TYPING_MS);
    return () => clearTimeout(timer);
  }, [q]);
  return found;
}

function AddMember(props: {
  members: readonly SchemaMemberAnswer[];
  onAdd: (userId: string, role: SchemaRole) => void;
}) {
  const [q, setQ] = useState("");
  const [role, setRole] = useState<SchemaRole>("annotator");
  const found = useFound(q.trim());
  const there = new Set(props.members.map((member) => member.user_id));
  return (
    <section class="card stack">
      <h2>{t("project.addMember")}</h2>
      <div class={styles.pair}>
        <TextField
          type="search"
          label={t("project.findPerson")}
          hint={t("project.findPersonHint")}
          value={q}
          onValue={setQ}
        />
        <SelectField
          label={t("project.role")}
          hint={roleHint(role)}
          value={role}
          choices={roleChoices()}
          onValue={(value) => setRole(roleNamed(value))}
        />
      </div>
      {q.trim() !== "" && found.length === 0 && <p class="soft small">{t("project.nobody")}</p>}
      {found.length > 0 && (
        <ul class={styles.found}>
          {found.map((user) => (
            <li key={user.id}>
              <button
                type="button"
                disabled={there.has(user.id)}
                onClick={() => {
                  props.onAdd(user.id, role);
                  setQ("");
                }}
              >
                <span>
                  {user.name} <span class="soft">{user.login}</span>
                </span>
                <span class="soft small row">
                  {there.has(user.id) ? t("project.isMember") : t("project.addAs", { role: roleWord(role) })}
                </span>
              </button>
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}

/** Who is in the project, and what each may do. */
export function MembersTab({ loaded, view }: TabProps) {
  const { project, members, can } = view;
  const [leaving, setLeaving] = useState<SchemaMemberAnswer | null>(null);
  const path = (user_id: string) => ({ project_id: project.id, user_id });
  const set = async (userId: string, role: SchemaRole) => {
    const params = { path: path(userId) };
    try {
      await ask(PUT("/api/v1/projects/{project_id}/members/{user_id}", { params, body: { role } }));
    } catch (error) {
      complain(error);
    }
    await loaded.reload();
  };
  const remove = async (member: SchemaMemberAnswer) => {
    setLeaving(null);
    try {
      const params = { path: path(member.user_id) };
      await ask(DELETE("/api/v1/projects/{project_id}/members/{user_id}", { params }));
    } catch (error) {
      complain(error);
    }
    await loaded.reload();
  };
  const mine = session.value?.user.id;
  const chooses = can("administer") && project.deleted_at === null;
  return (
    <div class={styles.wide}>
      <dl class={styles.roles}>
        {ROLES.map((role) => (
          <div key={role}>
            <dt>{roleWord(role)}</dt>
            <dd class="soft small">{roleHint(role)}</dd>
          </div>
        ))}
      </dl>
      {members.length === 0 ? (
        <Empty title={t("project.noMembers")} />
      ) : (
        <Table
          label={t("project.members")}
          rows={members}
          keyOf={(member) => member.user_id}
          columns={[
            { key: "name", title: t("common.name"), cell: (member) => member.name },
            { key: "login", title: t("shell.login"), cell: (member) => <code>{member.login}</code> },
            {
              key: "role",
              title: t("project.role"),
              cell: (member) => (
                <Select
                  aria-label={t("project.roleOf", { name: member.name })}
                  value={member.role}
                  choices={roleChoices()}
                  disabled={!chooses}
                  onValue={(value) => void set(member.user_id, roleNamed(value))}
                />
              ),
            },
            {
              key: "remove",
              title: t("library.actions"),
              end: true,
              cell: (member) => (
                <Button
                  kind="plain"
                  icon={UserMinus}
                  disabled={!chooses && member.user_id !== mine}
                  onClick={() => setLeaving(member)}
                >
                  {member.user_id === mine ? t("project.leaveProject") : t("common.remove")}
                </Button>
              ),
            },
          ]}
        />
      )}
      <Allowed view={view} to="administer">
        <AddMember members={members} onAdd={(userId, role) => void set(userId, role)} />
      </Allowed>
      {leaving && (
        <ConfirmDialog
          title={t("project.removeMember", { name: leaving.name })}
          action={leaving.user_id === mine ? t("project.leaveProject") : t("common.remove")}
          onConfirm={() => void remove(leaving)}
          onClose={() => setLeaving(null)}
        >
          <p>{t("project.removeMemberHint")}</p>
        </ConfirmDialog>
      )}
    </div>
  );
}
