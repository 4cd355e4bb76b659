import { FolderSync, Play, Plus, Trash2 } from "lucide";
import { useState } from "preact/hooks";
import { ApiError, ask, DELETE, GET, PATCH, POST } from "../api/client";
import type { SchemaArguments, SchemaScheduleAnswer } from "../api/schema";
import { formatAgo, formatMoment, t } from "../i18n";
import {
  Button,
  Check,
  ConfirmDialog,
  complain,
  Dialog,
  Empty,
  ErrorNotice,
  Icon,
  IconButton,
  mistakeAt,
  SelectField,
  say,
  Table,
  TextField,
  useLoaded,
} from "../ui";
import { Allowed } from "./Allowed";
import type { TabProps } from "./ProjectSettings";
import styles from "./project.module.css";

const EVERY = [60, 300, 900, 3600, 21_600, 86_400] as const;

function everyWord(seconds: number): string {
  if (seconds % 86_400 === 0) return t("project.everyDays", { count: seconds / 86_400 });
  if (seconds % 3600 === 0) return t("project.everyHours", { count: seconds / 3600 });
  if (seconds % 60 === 0) return t("project.everyMinutes", { count: seconds / 60 });
  return t("project.everySeconds", { count: seconds });
}

function placeOf(schedule: SchemaScheduleAnswer): string {
  return String(schedule.arguments.folder ?? schedule.arguments.bucket ?? schedule.arguments.place ?? "");
}

function argumentsOf(place: string): SchemaArguments {
  const trimmed = place.trim();
  return trimmed.startsWith("s3://") ? { bucket: trimmed } : { folder: trimmed };
}

function NewSchedule(props: { projectId: string; onMade: () => void; onClose: () => void }) {
  const [name, setName] = useState("");
  const [place, setPlace] = useState("");
  const [every, setEvery] = useState(60);
  const [error, setError] = useState<unknown>(null);
  const create = async (event: Event) => {
    event.preventDefault();
    setError(null);
    const params = { path: { project_id: props.projectId } };
    const body = { name, arguments: argumentsOf(place), every_seconds: every, enabled: true };
    try {
      await ask(POST("/api/v1/projects/{project_id}/schedules", { params, body }));
      props.onMade();
      props.onClose();
    } catch (failed) {
      setError(failed);
    }
  };
  const closed = error instanceof ApiError && error.status === 403;
  return (
    <Dialog title={t("project.addSchedule")} onClose={props.onClose}>
      <form class="stack" onSubmit={create}>
        {error !== null && <ErrorNotice error={error} />}
        {closed && (
          <p class="notice notice-warn">
            <span>
              {t("library.notOpened")} <code>EARMARK_IMPORT_FOLDERS=/srv/field,s3://field</code>
            </span>
          </p>
        )}
        <TextField
          autofocus
          required
          maxLength={200}
          label={t("common.name")}
          placeholder={t("project.scheduleExample")}
          value={name}
          onValue={setName}
          error={mistakeAt(error, "name")}
        />
        <TextField
          required
          label={t("project.place")}
          hint={t("project.placeHint")}
          placeholder="/srv/recorder"
          value={place}
          onValue={setPlace}
        />
        <SelectField
          label={t("project.every")}
          value={String(every)}
          choices={EVERY.map((seconds) => ({ value: String(seconds), label: everyWord(seconds) }))}
          onValue={(value) => setEvery(Number(value))}
        />
        <div class="dialog-actions">
          <Button onClick={props.onClose}>{t("common.cancel")}</Button>
          <Button type="submit" kind="primary">
            {t("common.create")}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}

/** Places that are looked at again and again for new recordings. */
export function SchedulesTab({ view }: TabProps) {
  const { project, can } = view;
  const [adding, setAdding] = useState(false);
  const [ending, setEnding] = useState<SchemaScheduleAnswer | null>(null);
  const list = useLoaded(async () => {
    if (!can("manage")) return [];
    const params = { path: { project_id: project.id }, query: { limit: 500 } };
    return (await ask(GET("/api/v1/projects/{project_id}/schedules", { params }))).items;
  }, [project.id]);
  const path = (id: string) => ({ path: { schedule_id: id } });
  const enable = async (id: string, enabled: boolean) => {
    await ask(PATCH("/api/v1/schedules/{schedule_id}", { params: path(id), body: { enabled } }));
    await list.reload();
  };
  const run = async ({ id, name }: SchemaScheduleAnswer) => {
    await ask(POST("/api/v1/schedules/{schedule_id}/run", { params: path(id) }));
    say(t("project.scheduleRuns", { name }));
    await list.reload();
  };
  const end = async ({ id }: SchemaScheduleAnswer) => {
    setEnding(null);
    await ask(DELETE("/api/v1/schedules/{schedule_id}", { params: path(id) }));
    await list.reload();
  };
  const rows = list.data ?? [];
  return (
    <div class={styles.wide}>
      <p class="soft">{t("project.schedulesHint")}</p>
      {list.error !== null && <ErrorNotice error={list.error} onRetry={list.reload} />}
      <Allowed view={view} to="manage">
        {list.data && rows.length === 0 && can("manage") && (
          <Empty title={t("project.noSchedules")}>
            <Icon of={FolderSync} size={32} />
            <p>{t("project.noSchedulesHint")}</p>
          </Empty>
        )}
        {rows.length > 0 && (
          <Table
            label={t("project.schedules")}
            rows={rows}
            keyOf={(row) => row.id}
            columns={[
              {
                key: "enabled",
                title: t("project.on"),
                cell: (row) => (
                  <Check
                    label={row.enabled ? t("common.yes") : t("common.no")}
                    checked={row.enabled}
                    onValue={(enabled) => void enable(row.id, enabled).catch(complain)}
                  />
                ),
              },
              {
                key: "name",
                title: t("common.name"),
                cell: (row) => (
                  <span class="stack-tight">
                    <strong>{row.name}</strong>
                    <code class={styles.address}>{placeOf(row)}</code>
                  </span>
                ),
              },
              { key: "every", title: t("project.every"), cell: (row) => everyWord(row.every_seconds) },
              {
                key: "last",
                title: t("project.last"),
                cell: (row) =>
                  row.last_at === null ? (
                    t("project.never")
                  ) : (
                    <a href={`/jobs/${row.last_job_id ?? ""}`} title={formatMoment(row.last_at)}>
                      {formatAgo(row.last_at)}
                    </a>
                  ),
              },
              {
                key: "actions",
                title: t("library.actions"),
                end: true,
                cell: (row) => (
                  <>
                    <IconButton
                      icon={Play}
                      label={t("project.runNow", { name: row.name })}
                      onClick={() => void run(row).catch(complain)}
                    />
                    <IconButton
                      icon={Trash2}
                      label={t("project.endSchedule", { name: row.name })}
                      onClick={() => setEnding(row)}
                    />
                  </>
                ),
              },
            ]}
          />
        )}
        <div>
          <Button icon={Plus} onClick={() => setAdding(true)}>
            {t("project.addSchedule")}
          </Button>
        </div>
      </Allowed>
      {adding && <NewSchedule projectId={project.id} onMade={list.reload} onClose={() => setAdding(false)} />}
      {ending && (
        <ConfirmDialog
          title={t("project.endSchedule", { name: ending.name })}
          action={t("common.delete")}
          onConfirm={() => void end(ending).catch(complain)}
          onClose={() => setEnding(null)}
        >
          <p>{t("project.endScheduleHint")}</p>
        </ConfirmDialog>
      )}
    </div>
  );
}
