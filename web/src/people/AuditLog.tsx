import { ask, GET } from "../api/client";
import type { SchemaAuditAnswer } from "../api/schema";
import { formatMoment, t } from "../i18n";
import {
  type Column,
  Empty,
  More,
  Name,
  SelectField,
  Table,
  TextField,
  usePages,
  useProjects,
  useQuery,
} from "../ui";
import { ACTIONS, actionWords, beginOf, linkOf, shortDetails } from "./audit";
import styles from "./people.module.css";
import { usePeople } from "./usePeople";

type Entry = SchemaAuditAnswer;

function Subject({ entry }: { entry: Entry }) {
  const link = linkOf(entry);
  const id = entry.subject_id;
  if (id === null) return null;
  const kind = entry.subject_kind;
  if (kind === "project" || kind === "recording" || kind === "user" || kind === "model") {
    return <Name kind={kind} id={id} />;
  }
  const word = <span class="mono small">{id.slice(-6)}</span>;
  return link ? <a href={link}>{word}</a> : word;
}

function columns(): Column<Entry>[] {
  return [
    {
      key: "at",
      title: t("people.when"),
      cell: (entry) => (
        <time class="number" dateTime={entry.at}>
          {formatMoment(entry.at)}
        </time>
      ),
    },
    {
      key: "who",
      title: t("people.who"),
      cell: (entry) => (entry.user_id === null ? t("people.earmark") : entry.user_name),
    },
    { key: "what", title: t("people.what"), cell: (entry) => actionWords(entry.action) },
    { key: "subject", title: t("people.to"), cell: (entry) => <Subject entry={entry} /> },
    {
      key: "project",
      title: t("people.project"),
      wide: true,
      cell: (entry) => entry.project_id && <Name kind="project" id={entry.project_id} />,
    },
    {
      key: "details",
      title: t("common.details"),
      wide: true,
      cell: (entry) => <span class={`small soft ${styles.details}`}>{shortDetails(entry.details)}</span>,
    },
    {
      key: "address",
      title: t("people.from"),
      wide: true,
      cell: (entry) => <span class="mono small">{entry.address}</span>,
    },
  ];
}

/** Who changed what on this server. */
export function AuditLog() {
  const [query, setQuery] = useQuery();
  const { who = "", what = "", project = "", subject = "", from = "", to = "" } = query;
  const people = usePeople("", false);
  const projects = useProjects();
  const pages = usePages(
    (cursor) =>
      ask(
        GET("/api/v1/audit", {
          params: {
            query: {
              user_id: who || undefined,
              action: what || undefined,
              project_id: project || undefined,
              subject_id: subject || undefined,
              from: beginOf(from),
              to: beginOf(to, 1),
              cursor,
            },
          },
        }),
      ),
    [who, what, project, subject, from, to],
  );
  return (
    <>
      <div class="filters">
        <SelectField
          label={t("people.who")}
          value={who}
          choices={[
            { value: "", label: t("people.everybody") },
            ...people.items.map(({ id, name }) => ({ value: id, label: name })),
          ]}
          onValue={(value) => setQuery({ who: value })}
        />
        <SelectField
          label={t("people.project")}
          value={project}
          choices={[{ value: "", label: t("people.allProjects") }, ...projects]}
          onValue={(value) => setQuery({ project: value })}
        />
        <SelectField
          label={t("people.action")}
          value={what}
          choices={[
            { value: "", label: t("people.anything") },
            ...ACTIONS.map((value) => ({ value, label: actionWords(value) })),
          ]}
          onValue={(value) => setQuery({ what: value })}
        />
        <TextField
          label={t("people.subject")}
          placeholder={t("people.subjectHint")}
          value={subject}
          onValue={(value) => setQuery({ subject: value.trim() })}
        />
        <TextField
          type="date"
          label={t("people.firstDay")}
          max={to}
          value={from}
          onValue={(day) => setQuery({ from: day })}
        />
        <TextField
          type="date"
          label={t("people.lastDay")}
          min={from}
          value={to}
          onValue={(day) => setQuery({ to: day })}
        />
      </div>
      {pages.items.length > 0 && (
        <Table
          label={t("people.log")}
          columns={columns()}
          rows={pages.items}
          keyOf={(entry) => String(entry.number)}
        />
      )}
      {pages.items.length === 0 && !pages.loading && pages.error === null && (
        <Empty title={t("common.nothingFits")} />
      )}
      <More pages={pages} />
    </>
  );
}
