import { AudioLines, Pencil, Trash2 } from "lucide";
import { useState } from "preact/hooks";
import { ask, DELETE, GET, PATCH } from "../api/client";
import type { SchemaVoiceAnswer } from "../api/schema";
import { formatDuration, formatMoment, t } from "../i18n";
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
  say,
  TextField,
  useLoaded,
} from "../ui";
import { Allowed } from "./Allowed";
import type { TabProps } from "./ProjectSettings";
import styles from "./project.module.css";

type Asked =
  | { readonly to: "on" | "off" | "deleteAll" }
  | { readonly to: "rename" | "delete"; readonly voice: SchemaVoiceAnswer };

function RenameDialog(props: {
  voice: SchemaVoiceAnswer;
  onRename: (name: string) => Promise<unknown>;
  onClose: () => void;
}) {
  const { voice } = props;
  const [name, setName] = useState(voice.name);
  const [error, setError] = useState<unknown>(null);
  const same = name.trim() === "" || name.trim() === voice.name;
  const submit = (event: Event) => {
    event.preventDefault();
    if (!same) props.onRename(name.trim()).then(props.onClose, setError);
  };
  return (
    <Dialog title={t("project.renameVoice", { name: voice.name })} onClose={props.onClose}>
      <form class="stack" onSubmit={submit}>
        {error !== null && <ErrorNotice error={error} />}
        <TextField
          label={t("common.name")}
          hint={t("project.renameVoiceHint")}
          value={name}
          onValue={setName}
          maxLength={200}
          autocomplete="off"
          autofocus
        />
        <div class="dialog-actions">
          <Button onClick={props.onClose}>{t("common.cancel")}</Button>
          <Button type="submit" kind="primary" disabled={same}>
            {t("common.rename")}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}

function VoiceRow(props: { voice: SchemaVoiceAnswer; manages: boolean; onAsk: (asked: Asked) => void }) {
  const { voice, manages, onAsk } = props;
  const { name } = voice;
  return (
    <li class={`card ${styles.voice}`}>
      <div class="grow stack-tight">
        <strong class={styles.voiceName}>{name}</strong>
        <span class="soft small">
          {t("project.voiceFrom", { count: voice.samples, length: formatDuration(voice.seconds) })}
          {" · "}
          {t("project.voiceSince", { when: formatMoment(voice.created_at) })}
        </span>
      </div>
      <IconButton
        icon={Pencil}
        label={t("project.renameVoice", { name })}
        onClick={() => onAsk({ to: "rename", voice })}
      />
      <IconButton
        icon={Trash2}
        label={t("project.deleteVoice", { name })}
        disabled={!manages}
        onClick={() => onAsk({ to: "delete", voice })}
      />
    </li>
  );
}

/** Voices that the project knows by name: whether it does, whose they are, and the way to be rid of them. */
export function VoicesTab({ loaded, view }: TabProps) {
  const { project, can } = view;
  const [asked, setAsked] = useState<Asked | null>(null);
  const path = { project_id: project.id };
  const list = useLoaded(
    async () => (await ask(GET("/api/v1/projects/{project_id}/voices", { params: { path } }))).items,
    [project.id, project.known_voices],
  );
  const close = () => setAsked(null);
  const voices = list.data ?? [];
  const manages = can("manage") && project.deleted_at === null;
  const switchTo = async (known_voices: boolean) =>
    loaded.put(
      await ask(PATCH("/api/v1/projects/{project_id}", { params: { path }, body: { known_voices } })),
    );
  const remove = async (voice: SchemaVoiceAnswer) => {
    const params = { path: { ...path, voice_id: voice.id } };
    await ask(DELETE("/api/v1/projects/{project_id}/voices/{voice_id}", { params }));
    say(t("project.voiceDeleted", { name: voice.name }));
    await list.reload();
  };
  const removeAll = async () => {
    await ask(DELETE("/api/v1/projects/{project_id}/voices", { params: { path } }));
    say(t("project.voicesDeleted"));
    await list.reload();
  };
  const rename = async (voice: SchemaVoiceAnswer, name: string) => {
    const params = { path: { ...path, voice_id: voice.id } };
    await ask(PATCH("/api/v1/projects/{project_id}/voices/{voice_id}", { params, body: { name } }));
    await list.reload();
  };
  const confirm = (done: Promise<unknown>) => {
    close();
    done.catch(complain);
  };
  return (
    <div class={styles.narrow}>
      <p class="soft">{t("project.voicesHint")}</p>
      <Allowed view={view} to="annotate">
        <div class="stack-tight">
          <Check
            label={t("project.voicesOn")}
            checked={project.known_voices}
            disabled={!manages}
            onValue={(on) => setAsked({ to: on ? "on" : "off" })}
          />
          <p class="soft small">{t("project.voicesConsent")}</p>
          <p class="soft small">{t("project.voicesKept")}</p>
        </div>
        {list.error !== null && <ErrorNotice error={list.error} onRetry={list.reload} />}
        {project.known_voices && project.pipeline.diarizer === "none" && (
          <p class="notice">
            <span class="grow">{t("project.voicesNeedDiarizer")}</span>
            <a href={`/projects/${project.id}/settings/pipeline`}>{t("project.toPipeline")}</a>
          </p>
        )}
        {project.known_voices && list.data?.length === 0 && (
          <Empty title={t("project.noVoices")}>
            <Icon of={AudioLines} size={32} />
            <p>{t("project.noVoicesHint")}</p>
          </Empty>
        )}
        <ul class={styles.plain}>
          {voices.map((voice) => (
            <VoiceRow key={voice.id} {...{ voice, manages }} onAsk={setAsked} />
          ))}
        </ul>
        {voices.length > 1 && (
          <div>
            <Button
              kind="danger"
              icon={Trash2}
              disabled={!manages}
              onClick={() => setAsked({ to: "deleteAll" })}
            >
              {t("project.deleteVoices")}
            </Button>
          </div>
        )}
      </Allowed>
      {asked?.to === "on" && (
        <Dialog title={t("project.voicesOnTitle")} onClose={close}>
          <p>{t("project.voicesConsent")}</p>
          <p>{t("project.voicesKept")}</p>
          <div class="dialog-actions">
            <Button onClick={close}>{t("common.cancel")}</Button>
            <Button kind="primary" onClick={() => confirm(switchTo(true))}>
              {t("project.voicesOnAction")}
            </Button>
          </div>
        </Dialog>
      )}
      {asked?.to === "off" && (
        <ConfirmDialog
          title={t("project.voicesOffTitle")}
          action={t("project.voicesOffAction")}
          onConfirm={() => confirm(switchTo(false))}
          onClose={close}
        >
          <p>{t("project.voicesOffHint", { count: voices.length })}</p>
        </ConfirmDialog>
      )}
      {asked?.to === "deleteAll" && (
        <ConfirmDialog
          title={t("project.deleteVoicesTitle")}
          action={t("project.deleteVoices")}
          onConfirm={() => confirm(removeAll())}
          onClose={close}
        >
          <p>{t("project.deleteVoiceHint")}</p>
        </ConfirmDialog>
      )}
      {asked?.to === "delete" && (
        <ConfirmDialog
          title={t("project.deleteVoiceTitle", { name: asked.voice.name })}
          action={t("common.delete")}
          onConfirm={() => confirm(remove(asked.voice))}
          onClose={close}
        >
          <p>{t("project.deleteVoiceHint")}</p>
        </ConfirmDialog>
      )}
      {asked?.to === "rename" && (
        <RenameDialog voice={asked.voice} onRename={(name) => rename(asked.voice, name)} onClose={close} />
      )}
    </div>
  );
}
