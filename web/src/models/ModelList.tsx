import { Upload } from "lucide";
import { useState } from "preact/hooks";
import { formatAgo, formatNumber, t } from "../i18n";
import {
  addressOf,
  Button,
  type Column,
  Empty,
  More,
  Name,
  SelectField,
  Table,
  TextField,
  useProjects,
  useQuery,
} from "../ui";
import { ImportModel } from "./ImportModel";
import { type Json, mainFigure } from "./metrics";
import { type Model, STATUSES, titleOf, useDefaults, useModels } from "./useModels";
import { DefaultBadge, StatusBadge, statusWord } from "./words";

function Main({ model }: { model: Model }) {
  const main = mainFigure(model.metrics as Record<string, Json>);
  if (main === null) return null;
  return (
    <span class="number">
      <span class="soft small">{main.name}</span> {formatNumber(main.value, { maximumFractionDigits: 3 })}
    </span>
  );
}

function columnsOf(isDefault: (model: Model) => boolean): Column<Model>[] {
  return [
    {
      key: "name",
      title: t("models.model"),
      cell: (model) => (
        <div class="row">
          <a href={`/models/${model.id}`}>
            <strong>{model.name}</strong> <span class="mono small">{model.version}</span>
          </a>
          {isDefault(model) && <DefaultBadge />}
        </div>
      ),
    },
    { key: "status", title: t("models.status"), cell: (model) => <StatusBadge status={model.status} /> },
    { key: "task", title: t("models.task"), cell: (model) => model.task },
    { key: "engine", title: t("models.engine"), wide: true, cell: (model) => model.engine },
    {
      key: "labels",
      title: t("models.labels"),
      wide: true,
      cell: ({ labels }) => (
        <span title={labels.join(", ")}>
          {labels.slice(0, 4).join(", ")}
          {labels.length > 4 && <span class="soft"> +{labels.length - 4}</span>}
        </span>
      ),
    },
    { key: "main", title: t("models.figures"), end: true, cell: (model) => <Main model={model} /> },
    {
      key: "project",
      title: t("models.project"),
      wide: true,
      cell: (model) =>
        model.project_id ? (
          <Name kind="project" id={model.project_id} />
        ) : (
          <span class="soft">{t("models.everywhere")}</span>
        ),
    },
    { key: "when", title: t("models.made"), wide: true, cell: (model) => formatAgo(model.created_at) },
  ];
}

const only = (values: readonly string[], chosen: string) =>
  [...new Set([...values, ...(chosen ? [chosen] : [])])].sort().map((value) => ({ value, label: value }));

function NoModels({ onImport }: { onImport: () => void }) {
  return (
    <Empty title={t("models.empty")}>
      <p>{t("models.emptyHint")}</p>
      <p>
        <code>earmark models pull small</code>
      </p>
      <p>{t("models.emptyPull")}</p>
      <Button icon={Upload} onClick={onImport}>
        {t("models.import")}
      </Button>
    </Empty>
  );
}

/** All models that one may see. */
export function ModelList() {
  const [query, change] = useQuery();
  const { q = "", task = "", engine = "", status = "", project = "" } = query;
  const wanted = { q, task, engine, status, project };
  const pages = useModels(wanted);
  const { defaults } = useDefaults(project);
  const projects = useProjects();
  const [importing, setImporting] = useState(false);
  const filtered = Object.values(wanted).some((value) => value !== "");
  const empty = pages.items.length === 0 && !pages.loading && pages.error === null;
  const isDefault = (model: Model) => defaults[model.task]?.id === model.id;
  const all = (label: string) => ({ value: "", label });
  return (
    <div class="page">
      <div class="row-between">
        <h1>{t("models.title")}</h1>
        <Button icon={Upload} onClick={() => setImporting(true)}>
          {t("models.import")}
        </Button>
      </div>
      {!(empty && !filtered) && (
        <div class="filters">
          <TextField
            label={t("common.search")}
            type="search"
            value={q}
            onValue={(value) => change({ q: value })}
          />
          <SelectField
            label={t("models.status")}
            value={status}
            choices={[
              all(t("common.all")),
              ...STATUSES.map((value) => ({ value, label: statusWord(value) })),
            ]}
            onValue={(value) => change({ status: value })}
          />
          <SelectField
            label={t("models.task")}
            value={task}
            choices={[
              all(t("models.allTasks")),
              ...only(
                pages.items.map((model) => model.task),
                task,
              ),
            ]}
            onValue={(value) => change({ task: value })}
          />
          <SelectField
            label={t("models.engine")}
            value={engine}
            choices={[
              all(t("common.all")),
              ...only(
                pages.items.map((model) => model.engine),
                engine,
              ),
            ]}
            onValue={(value) => change({ engine: value })}
          />
          <SelectField
            label={t("models.usable")}
            value={project}
            choices={[all(t("models.anywhere")), ...projects]}
            onValue={(value) => change({ project: value })}
          />
        </div>
      )}
      {empty && !filtered && <NoModels onImport={() => setImporting(true)} />}
      {empty && filtered && (
        <Empty title={t("common.nothingFits")}>
          <a href={addressOf("/models", {})}>{t("models.showAll")}</a>
        </Empty>
      )}
      {pages.items.length > 0 && (
        <Table
          label={t("models.title")}
          columns={columnsOf(isDefault)}
          rows={pages.items}
          keyOf={(model) => model.id}
          nameOf={titleOf}
        />
      )}
      <More pages={pages} />
      {importing && <ImportModel onClose={() => setImporting(false)} />}
    </div>
  );
}
