import { TriangleAlert } from "lucide";
import { useState } from "preact/hooks";
import { ask, GET, PATCH } from "../api/client";
import type { SchemaJobAnswer, SchemaPipelineShape } from "../api/schema";
import { formatMoment, t } from "../i18n";
import { Check, Icon, SelectField, TextField, useLoaded } from "../ui";
import { Allowed } from "./Allowed";
import type { TabProps } from "./ProjectSettings";
import styles from "./project.module.css";
import { SaveBar } from "./SaveBar";
import { SpeakerFields } from "./SpeakerFields";
import { useGuard } from "./useGuard";
import { useSaving } from "./useSaving";

const ENGINES = ["whisper", "pocketsphinx", "none"] as const;
type Channels = "mix" | "each" | "some";

function channelsOf(text: string): Channels {
  return text === "mix" || text === "each" ? text : "some";
}

/** What the last jobs asked for and could not have, such as weights that are not on the server. */
function missingIn(jobs: readonly SchemaJobAnswer[]): readonly string[] {
  const last = jobs.find((job) => job.state === "done");
  const missing = last?.result?.missing;
  return Array.isArray(missing) ? missing.map(String) : [];
}

function Missing({ projectId }: { projectId: string }) {
  const { data } = useLoaded(async () => {
    const query = { project_id: projectId, kind: "annotate", limit: 10 };
    return (await ask(GET("/api/v1/jobs", { params: { query } }))).items;
  }, [projectId]);
  if (data === undefined) return null;
  const last = data.find((job) => job.state === "done");
  const missing = missingIn(data);
  if (last === undefined) return <p class="soft small">{t("project.neverListened")}</p>;
  if (missing.length === 0) {
    return <p class="soft small">{t("project.listenedLast", { when: formatMoment(last.created_at) })}</p>;
  }
  return (
    <div class="notice notice-warn" role="status">
      <Icon of={TriangleAlert} />
      <div class="stack-tight">
        <strong>{t("project.missing")}</strong>
        {missing.map((word) => (
          <span key={word}>{word}</span>
        ))}
        <a href={`/jobs/${last.id}`}>{t("library.seeJob")}</a>
      </div>
    </div>
  );
}

function Engines(props: { engine: string; onEngine: (engine: string) => void }) {
  const words = {
    whisper: [t("project.whisper"), t("project.whisperHint")],
    pocketsphinx: [t("project.pocketsphinx"), t("project.pocketsphinxHint")],
    none: [t("project.noEngine"), t("project.noEngineHint")],
  } as const;
  return (
    <fieldset class={styles.engines}>
      <legend>{t("project.engine")}</legend>
      {ENGINES.map((engine) => (
        <label key={engine} class={styles.engine}>
          <input
            type="radio"
            name="engine"
            checked={props.engine === engine}
            onChange={() => props.onEngine(engine)}
          />
          <span class="stack-tight">
            <strong>{words[engine][0]}</strong>
            <span class="small soft">{words[engine][1]}</span>
          </span>
        </label>
      ))}
    </fieldset>
  );
}

/** What is done with new recordings, and with those that are annotated by hand. */
export function PipelineTab({ loaded, view, onReload }: TabProps) {
  const { project } = view;
  const [draft, setDraft] = useState<SchemaPipelineShape>(project.pipeline);
  const change = (given: Partial<SchemaPipelineShape>) => setDraft({ ...draft, ...given });
  const dirty = JSON.stringify(draft) !== JSON.stringify(project.pipeline);
  const saving = useSaving(
    (ifMatch) => {
      const params = { path: { project_id: project.id }, header: { "if-match": ifMatch } };
      return ask(PATCH("/api/v1/projects/{project_id}", { params, body: { pipeline: draft } }));
    },
    (saved) => {
      loaded.put(saved);
      setDraft(saved.pipeline);
    },
  );
  const guard = useGuard(dirty);
  const channels = draft.channels ?? "mix";
  const transcribes = draft.engine !== "none";
  return (
    <div class={styles.narrow}>
      <p class="soft">{t("project.pipelineHint")}</p>
      <Missing projectId={project.id} />
      <Allowed view={view} to="manage">
        <Check
          label={t("project.onImport")}
          checked={draft.on_import ?? false}
          onValue={(on_import) => change({ on_import })}
        />
        <Engines engine={draft.engine ?? "whisper"} onEngine={(engine) => change({ engine })} />
        {transcribes && (
          <div class={styles.pair}>
            <TextField
              label={`${t("project.weights")} (${t("common.optional")})`}
              hint={t("project.weightsHint")}
              placeholder="small"
              disabled={draft.engine !== "whisper"}
              value={draft.model ?? ""}
              onValue={(model) => change({ model: model.trim() === "" ? null : model })}
            />
            <TextField
              label={`${t("project.language")} (${t("common.optional")})`}
              hint={t("project.languageHint")}
              placeholder="en"
              value={draft.language ?? ""}
              onValue={(language) => change({ language: language.trim() === "" ? null : language })}
            />
          </div>
        )}
        {transcribes && (
          <Check
            label={t("project.multilingual")}
            checked={draft.multilingual ?? false}
            onValue={(multilingual) => change({ multilingual })}
          />
        )}
        <SpeakerFields draft={draft} onChange={change} />
        <div class={styles.pair}>
          <SelectField
            label={t("project.channels")}
            hint={t("project.channelsHint")}
            value={channelsOf(channels)}
            choices={[
              { value: "mix", label: t("project.channelsMix") },
              { value: "each", label: t("project.channelsEach") },
              { value: "some", label: t("project.channelsSome") },
            ]}
            onValue={(value) => change({ channels: value === "some" ? "1" : value })}
          />
          {channelsOf(channels) === "some" && (
            <TextField
              label={t("project.channelNumbers")}
              hint={t("project.channelNumbersHint")}
              value={channels}
              onValue={(value) => change({ channels: value })}
            />
          )}
        </div>
        <Check
          label={t("project.nameNoise")}
          checked={draft.labels ?? false}
          onValue={(on) => change({ labels: on })}
        />
      </Allowed>
      <SaveBar
        {...{ dirty, saving, onReload }}
        valid={(draft.min_speakers ?? 1) <= (draft.max_speakers ?? Number.POSITIVE_INFINITY)}
        version={project.version}
        onDiscard={() => setDraft(project.pipeline)}
      />
      {guard}
    </div>
  );
}
