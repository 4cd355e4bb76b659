import { ArrowLeft } from "lucide";
import { useState } from "preact/hooks";
import { formatMoment, t } from "../i18n";
import { Button, ErrorNotice, Facts, Icon, mistakeAt, Name, say, TextArea, useLoaded } from "../ui";
import { Figures } from "./Figures";
import { Files } from "./Files";
import { Lineage } from "./Lineage";
import { ModelActions } from "./ModelActions";
import styles from "./models.module.css";
import { changeModel, type Model, readModel, useDefaults } from "./useModels";
import { DefaultBadge, StatusBadge } from "./words";

function Notes({ model, onChange }: { model: Model; onChange: (model: Model) => void }) {
  const [notes, setNotes] = useState(model.notes);
  const [error, setError] = useState<unknown>(null);
  const submit = async (event: Event) => {
    event.preventDefault();
    setError(null);
    try {
      onChange(await changeModel(model, { notes }));
      say(t("common.saved"));
    } catch (failed) {
      setError(failed);
    }
  };
  return (
    <form class="card stack" onSubmit={submit}>
      {error !== null && <ErrorNotice error={error} />}
      <TextArea
        label={t("models.notes")}
        error={mistakeAt(error, "notes")}
        value={notes}
        onValue={setNotes}
      />
      <div>
        <Button type="submit" disabled={notes === model.notes}>
          {t("common.save")}
        </Button>
      </div>
    </form>
  );
}

function Training({ model }: { model: Model }) {
  const entries = Object.entries(model.training);
  const show = (value: unknown) =>
    typeof value === "string" || typeof value === "number" ? (
      String(value)
    ) : (
      <pre class="json">{JSON.stringify(value, null, 2)}</pre>
    );
  return (
    <section class="card stack" aria-label={t("models.training")}>
      <h2>{t("models.training")}</h2>
      {entries.length === 0 && <p class="soft">{t("models.noTraining")}</p>}
      <Facts of={entries.map(([name, value]) => [name, show(value)])} />
    </section>
  );
}

function About({ model }: { model: Model }) {
  return (
    <section class="card">
      <Facts
        of={[
          [t("models.task"), model.task],
          [t("models.engine"), model.engine],
          [
            t("models.usable"),
            model.project_id ? <Name kind="project" id={model.project_id} /> : t("models.everywhere"),
          ],
          [t("models.labels"), model.labels.join(", ")],
          [t("models.madeBy"), model.created_by && <Name kind="user" id={model.created_by} />],
          [t("models.made"), formatMoment(model.created_at)],
          [t("models.changed"), formatMoment(model.updated_at)],
        ]}
      />
    </section>
  );
}

/** One model: what it is, how good, where it comes from. */
export function ModelPage({ id }: { id: string }) {
  const { data: model, error, reload, set } = useLoaded(() => readModel(id), [id]);
  const { defaults, reload: reloadDefaults } = useDefaults(model?.project_id ?? "");
  const change = (changed: Model) => {
    set(changed);
    void reloadDefaults();
  };
  return (
    <div class="page">
      <a href="/models" class="row">
        <Icon of={ArrowLeft} size={16} />
        {t("models.title")}
      </a>
      {error !== null && <ErrorNotice error={error} onRetry={() => void reload()} />}
      {model && (
        <>
          <div class="row">
            <h1>{model.name}</h1>
            <span class="mono">{model.version}</span>
            <StatusBadge status={model.status} />
            {defaults[model.task]?.id === model.id && <DefaultBadge />}
          </div>
          <ModelActions model={model} onChange={change} />
          <div class={styles.columns}>
            <div class="stack">
              <Figures metrics={model.metrics} />
              <Files model={model} />
            </div>
            <div class="stack">
              <About model={model} />
              <Lineage model={model} />
              <Training model={model} />
              <Notes key={model.id} model={model} onChange={change} />
            </div>
          </div>
        </>
      )}
    </div>
  );
}
