import { useState } from "preact/hooks";
import { useLocation } from "preact-iso";
import { t } from "../i18n";
import { Bar, Button, Dialog, ErrorNotice, Field, SelectField, say, useProjects } from "../ui";
import { importModel, titleOf } from "./useModels";

/** Take in a model that another server exported. */
export function ImportModel({ onClose }: { onClose: () => void }) {
  const { route } = useLocation();
  const projects = useProjects();
  const [project, setProject] = useState("");
  const [file, setFile] = useState<File | null>(null);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const submit = async (event: Event) => {
    event.preventDefault();
    if (!file) return;
    setBusy(true);
    setError(null);
    try {
      const model = await importModel(file, project);
      say(t("models.imported", { name: titleOf(model) }));
      onClose();
      route(`/models/${model.id}`);
    } catch (failed) {
      setError(failed);
      setBusy(false);
    }
  };
  return (
    <Dialog title={t("models.import")} onClose={onClose}>
      <form class="stack" onSubmit={submit}>
        {error !== null && <ErrorNotice error={error} />}
        <Field label={t("models.file")} hint={t("models.fileHint")}>
          {(props) => (
            <input
              {...props}
              class="input"
              type="file"
              required
              onChange={(event) => setFile(event.currentTarget.files?.[0] ?? null)}
            />
          )}
        </Field>
        <SelectField
          label={t("models.usable")}
          value={project}
          choices={[{ value: "", label: t("models.everywhere") }, ...projects]}
          onValue={setProject}
        />
        {busy && <Bar label={t("models.import")} value={null} />}
        <div class="dialog-actions">
          <Button onClick={onClose}>{t("common.cancel")}</Button>
          <Button type="submit" kind="primary" disabled={busy || file === null}>
            {t("models.import")}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
