import { RotateCcw, Trash2 } from "lucide";
import { useState } from "preact/hooks";
import { useLocation } from "preact-iso";
import { ask, DELETE, PATCH, POST } from "../api/client";
import { formatMoment, t } from "../i18n";
import { Button, ConfirmDialog, complain, mistakeAt, say, TextArea, TextField } from "../ui";
import { Allowed } from "./Allowed";
import type { TabProps } from "./ProjectSettings";
import styles from "./project.module.css";
import { SaveBar } from "./SaveBar";
import { useGuard } from "./useGuard";
import { useSaving } from "./useSaving";

const MOST_DESCRIPTION = 20_000;

function Danger({ loaded, view }: TabProps) {
  const [asked, setAsked] = useState<"trash" | "purge" | null>(null);
  const { route } = useLocation();
  const { project, can } = view;
  const params = { path: { project_id: project.id } };
  const trash = async () => {
    const header = { "if-match": `"${project.version}"` };
    loaded.put(await ask(DELETE("/api/v1/projects/{project_id}", { params: { ...params, header } })));
    say(t("project.trashed", { name: project.name }), { label: t("common.undo"), run: () => void restore() });
  };
  const restore = async () => {
    try {
      loaded.put(await ask(POST("/api/v1/projects/{project_id}/restore", { params })));
      say(t("library.restored", { name: project.name }));
    } catch (error) {
      complain(error);
    }
  };
  const purge = async () => {
    await ask(POST("/api/v1/projects/{project_id}/purge", { params }));
    say(t("project.purging", { name: project.name }));
    route("/");
  };
  const confirm = () => {
    (asked === "purge" ? purge() : trash()).catch(complain);
    setAsked(null);
  };
  const allowed = can("administer");
  return (
    <section class={`card stack ${styles.danger}`}>
      <h2>{t("library.inTrash")}</h2>
      {project.deleted_at === null ? (
        <>
          <p class="soft">{t("project.trashHint")}</p>
          <Button kind="danger" icon={Trash2} disabled={!allowed} onClick={() => setAsked("trash")}>
            {t("library.trash")}
          </Button>
        </>
      ) : (
        <>
          <p>{t("project.liesInTrash", { when: formatMoment(project.deleted_at) })}</p>
          <div class="row">
            <Button kind="primary" icon={RotateCcw} disabled={!allowed} onClick={() => void restore()}>
              {t("common.restore")}
            </Button>
            <Button kind="danger" icon={Trash2} disabled={!allowed} onClick={() => setAsked("purge")}>
              {t("library.purge")}
            </Button>
          </div>
        </>
      )}
      {!allowed && <p class="soft small">{t("project.onlyAdmins")}</p>}
      {asked !== null && (
        <ConfirmDialog
          title={
            asked === "purge"
              ? t("library.purgeTitle", { name: project.name })
              : t("project.trashTitle", { name: project.name })
          }
          action={asked === "purge" ? t("library.purge") : t("library.trash")}
          onConfirm={confirm}
          onClose={() => setAsked(null)}
        >
          <p>{asked === "purge" ? t("project.purgeHint") : t("project.trashHint")}</p>
        </ConfirmDialog>
      )}
    </section>
  );
}

/** Name, description, and the way into the trash. */
export function GeneralTab(props: TabProps) {
  const { loaded, view, onReload } = props;
  const { project } = view;
  const [name, setName] = useState(project.name);
  const [description, setDescription] = useState(project.description);
  const dirty = name !== project.name || description !== project.description;
  const saving = useSaving(
    (ifMatch) => {
      const params = { path: { project_id: project.id }, header: { "if-match": ifMatch } };
      return ask(PATCH("/api/v1/projects/{project_id}", { params, body: { name, description } }));
    },
    (saved) => {
      loaded.put(saved);
      setName(saved.name);
      setDescription(saved.description);
    },
  );
  const guard = useGuard(dirty);
  return (
    <div class={styles.narrow}>
      <Allowed view={view} to="manage">
        <TextField
          required
          maxLength={200}
          label={t("common.name")}
          value={name}
          onValue={setName}
          error={name.trim() === "" ? t("project.mistakeEmpty") : mistakeAt(saving.error, "name")}
        />
        <TextArea
          rows={6}
          maxLength={MOST_DESCRIPTION}
          label={t("library.description")}
          value={description}
          onValue={setDescription}
        />
      </Allowed>
      <SaveBar
        {...{ dirty, saving, onReload }}
        valid={name.trim() !== ""}
        version={project.version}
        onDiscard={onReload}
      />
      <Danger {...props} />
      {guard}
    </div>
  );
}
