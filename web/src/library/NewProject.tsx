import { useState } from "preact/hooks";
import { ask, POST } from "../api/client";
import type { SchemaProjectAnswer } from "../api/schema";
import { t } from "../i18n";
import { Button, Dialog, ErrorNotice, mistakeAt, TextArea, TextField } from "../ui";
import styles from "./projects.module.css";
import { LABELS, TEMPLATES, type Template } from "./templates";

function TemplateChoice({ chosen, onChoose }: { chosen: Template; onChoose: (template: Template) => void }) {
  const words: Record<Template, [string, string]> = {
    sound: [t("library.soundTemplate"), t("library.soundTemplateHint")],
    animals: [t("library.animalsTemplate"), t("library.animalsTemplateHint")],
    empty: [t("library.emptyTemplate"), t("library.emptyTemplateHint")],
  };
  return (
    <fieldset class={styles.templates}>
      <legend>{t("library.template")}</legend>
      {TEMPLATES.map((template) => (
        <label key={template} class={styles.template}>
          <input
            type="radio"
            name="template"
            checked={chosen === template}
            onChange={() => onChoose(template)}
          />
          <span class="grow stack-tight">
            <span>{words[template][0]}</span>
            <span class="small soft">{words[template][1]}</span>
          </span>
          <span class={styles.swatches}>
            {LABELS[template].map(({ name, colour }) => (
              <span key={name} class="swatch" style={{ background: colour ?? "" }} />
            ))}
          </span>
        </label>
      ))}
    </fieldset>
  );
}

/** Make a project. */
export function NewProject(props: { onMade: (project: SchemaProjectAnswer) => void; onClose: () => void }) {
  const [name, setName] = useState("");
  const [description, setDescription] = useState("");
  const [template, setTemplate] = useState<Template>("sound");
  const [error, setError] = useState<unknown>(null);
  const [busy, setBusy] = useState(false);
  const create = async (event: Event) => {
    event.preventDefault();
    setBusy(true);
    setError(null);
    try {
      const body = { name, description, labels: [...LABELS[template]] };
      props.onMade(await ask(POST("/api/v1/projects", { body })));
    } catch (failed) {
      setError(failed);
      setBusy(false);
    }
  };
  return (
    <Dialog title={t("library.createProject")} onClose={props.onClose}>
      <form class="stack" onSubmit={create}>
        {error !== null && mistakeAt(error, "name") === null && <ErrorNotice error={error} />}
        <TextField
          autofocus
          required
          maxLength={200}
          label={t("common.name")}
          placeholder={t("library.namePlaceholder")}
          value={name}
          onValue={setName}
          error={mistakeAt(error, "name")}
        />
        <TextArea
          rows={3}
          label={`${t("library.description")} (${t("common.optional")})`}
          value={description}
          onValue={setDescription}
        />
        <TemplateChoice chosen={template} onChoose={setTemplate} />
        <div class="dialog-actions">
          <Button onClick={props.onClose}>{t("common.cancel")}</Button>
          <Button type="submit" kind="primary" disabled={busy || name.trim() === ""}>
            {t("common.create")}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
