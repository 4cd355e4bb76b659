import { useState } from "preact/hooks";
import { ask, GET } from "../api/client";
import type { SchemaAgreementAnswer } from "../api/schema";
import { formatNumber, formatPercent, t } from "../i18n";
import { Button, ErrorNotice, Table, useLoaded } from "../ui";

const figure = (value: number | null) => (value === null ? "–" : formatNumber(value));
const share = (value: number | null) => (value === null ? "–" : formatPercent(value));

function Figures({ report }: { report: SchemaAgreementAnswer }) {
  const names = new Map(report.people.map(({ id, name }) => [id, name]));
  if (report.pairs.length === 0) return <p class="soft">{t("project.agreementNone")}</p>;
  return (
    <>
      <p>
        {t("project.agreementAll", { count: report.recordings })}{" "}
        {t("project.agreementFigures", { alpha: figure(report.alpha), fleiss: figure(report.fleiss) })}
      </p>
      <Table
        label={t("project.agreement")}
        rows={report.pairs}
        keyOf={(pair) => `${pair.first} ${pair.second}`}
        columns={[
          {
            key: "people",
            title: t("project.pair"),
            cell: (pair) => `${names.get(pair.first) ?? "?"} – ${names.get(pair.second) ?? "?"}`,
          },
          {
            key: "recordings",
            title: t("library.title"),
            end: true,
            cell: (pair) => formatNumber(pair.recordings),
          },
          { key: "kappa", title: t("project.kappa"), end: true, cell: (pair) => figure(pair.kappa) },
          { key: "accuracy", title: t("project.accuracy"), end: true, cell: (pair) => share(pair.accuracy) },
          { key: "f1", title: t("project.f1"), end: true, cell: (pair) => share(pair.f1) },
        ]}
      />
    </>
  );
}

/** How well people agree; measured when somebody asks, since it reads all of their work. */
export function Agreement({ projectId }: { projectId: string }) {
  const [asked, setAsked] = useState(0);
  const { data, error, loading } = useLoaded(async () => {
    if (asked === 0) return null;
    const params = { path: { project_id: projectId } };
    return ask(GET("/api/v1/projects/{project_id}/agreement", { params }));
  }, [projectId, asked]);
  return (
    <>
      {error !== null && <ErrorNotice error={error} />}
      {data && <Figures report={data} />}
      <div>
        <Button disabled={loading && asked > 0} onClick={() => setAsked(asked + 1)}>
          {t("project.measure")}
        </Button>
      </div>
    </>
  );
}
