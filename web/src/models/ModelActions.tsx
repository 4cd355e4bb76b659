import { Download, Star, Trash2 } from "lucide";
import { useState } from "preact/hooks";
import { useLocation } from "preact-iso";
import { t } from "../i18n";
import { Button, ConfirmDialog, complain, Dialog, LinkButton, SelectField, say, useProjects } from "../ui";
import { changeModel, deleteModel, type Model, makeDefault, STATUSES, titleOf } from "./useModels";
import { statusWord } from "./words";

interface Props {
  model: Model;
  onChange: (model: Model) => void;
}

function MakeDefault({ model, onChange, onClose }: Props & { onClose: () => void }) {
  const projects = useProjects();
  const own = model.project_id;
  const [project, setProject] = useState(own ?? "");
  const places = own
    ? projects.filter(({ value }) => value === own)
    : [{ value: "", label: t("models.everywhere") }, ...projects];
  const submit = async (event: Event) => {
    event.preventDefault();
    try {
      onChange(await makeDefault(model, project || null));
      say(t("models.isDefault", { name: titleOf(model), task: model.task }));
    } catch (error) {
      complain(error);
    }
    onClose();
  };
  return (
    <Dialog title={t("models.makeDefault")} onClose={onClose}>
      <form class="stack" onSubmit={submit}>
        <p>{t("models.defaultHint", { task: model.task })}</p>
        <SelectField label={t("models.usable")} value={project} choices={places} onValue={setProject} />
        <div class="dialog-actions">
          <Button onClick={onClose}>{t("common.cancel")}</Button>
          <Button type="submit" kind="primary">
            {t("models.makeDefault")}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}

/** What can be done to a model: status, default, export, deletion. */
export function ModelActions({ model, onChange }: Props) {
  const { route } = useLocation();
  const [asking, setAsking] = useState<"default" | "delete" | null>(null);
  const stop = () => setAsking(null);
  const setStatus = async (word: string) => {
    const status = STATUSES.find((one) => one === word);
    if (status) await changeModel(model, { status }).then(onChange, complain);
  };
  const remove = async () => {
    stop();
    try {
      await deleteModel(model);
      say(t("models.deleted", { name: titleOf(model) }));
      route("/models", true);
    } catch (error) {
      complain(error);
    }
  };
  return (
    <div class="filters">
      <SelectField
        label={t("models.status")}
        value={model.status}
        choices={STATUSES.map((value) => ({ value, label: statusWord(value) }))}
        onValue={(value) => void setStatus(value)}
      />
      <Button icon={Star} disabled={model.status !== "ready"} onClick={() => setAsking("default")}>
        {t("models.makeDefault")}
      </Button>
      <LinkButton icon={Download} href={`/api/v1/models/${model.id}/export`} download>
        {t("models.export")}
      </LinkButton>
      <Button icon={Trash2} kind="danger" onClick={() => setAsking("delete")}>
        {t("common.delete")}
      </Button>
      {asking === "default" && <MakeDefault model={model} onChange={onChange} onClose={stop} />}
      {asking === "delete" && (
        <ConfirmDialog
          title={t("models.deleteTitle", { name: titleOf(model) })}
          action={t("common.delete")}
          onConfirm={() => void remove()}
          onClose={stop}
        >
          {t("models.deleteHint")}
        </ConfirmDialog>
      )}
    </div>
  );
}
