import { CircleAlert, Download, Save } from "lucide";
import { useEffect, useState } from "preact/hooks";
import { type Key, t } from "../i18n";
import { Button, CopyButton, Icon, Menu } from "../ui";
import { Controls } from "./Controls";
import { SaveDialog } from "./SaveDialog";
import { type Failure, Session } from "./Session";
import { Text } from "./Text";
import { asJson, asSrt, asText, download } from "./texts";

const NAME = "earmark-live";
const SERVER_TITLES: Readonly<Record<string, Key>> = {
  queue_full: "live.busy",
  forbidden: "live.notAllowed",
  model_not_found: "live.engineMissing",
  missing_extra: "live.engineMissing",
  broken_model: "live.engineMissing",
  timed_out: "live.tookTooLong",
};

function FailureNotice({ failure }: { failure: Failure }) {
  const title = failure.kind === "server" ? SERVER_TITLES[failure.code] : undefined;
  return (
    <div class="notice notice-bad" role="alert">
      <Icon of={CircleAlert} />
      <div class="grow stack-tight">
        {failure.kind === "microphone" && (
          <>
            <strong>{t(`live.${failure.trouble}`)}</strong>
            <span>{t(`live.${failure.trouble}Hint`, { detail: failure.detail })}</span>
          </>
        )}
        {failure.kind === "server" && (
          <>
            <strong>{title ? t(title) : failure.title}</strong>
            <span>{failure.detail}</span>
          </>
        )}
        {failure.kind === "connection" && (
          <>
            <strong>{t("live.connection")}</strong>
            <span>{t("live.connectionHint")}</span>
          </>
        )}
      </div>
    </div>
  );
}

/** What can be done with the text. */
function Actions({ session }: { session: Session }) {
  const [saving, setSaving] = useState(false);
  const said = session.said.value;
  const sound = session.sound.value;
  if (said.length === 0) return null;
  const items = [
    { label: "TXT", onSelect: () => download(`${NAME}.txt`, asText(said), "text/plain") },
    { label: "SRT", onSelect: () => download(`${NAME}.srt`, asSrt(said), "application/x-subrip") },
    {
      label: "JSON",
      onSelect: () => download(`${NAME}.json`, asJson(said, session.seconds.value), "application/json"),
    },
  ];
  return (
    <div class="row">
      <CopyButton text={() => Promise.resolve(asText(session.said.value))} />
      <Menu
        button={
          <>
            <Icon of={Download} />
            {t("common.download")}
          </>
        }
        align="start"
        items={items}
      />
      {sound !== null && session.state.value === "ended" && (
        <Button icon={Save} onClick={() => setSaving(true)}>
          {t("live.save")}
        </Button>
      )}
      {saving && sound !== null && <SaveDialog sound={sound} said={said} onClose={() => setSaving(false)} />}
    </div>
  );
}

/** Speech becomes text while it is spoken. */
export default function Live() {
  const [session] = useState(() => new Session());
  useEffect(() => () => void session.close(), [session]);
  const failure = session.failure.value;
  const caution = session.caution.value;
  return (
    <div class="page">
      <header class="stack-tight">
        <h1>{t("live.title")}</h1>
        <p class="soft">{t("live.intro")}</p>
      </header>
      <Controls session={session} />
      {failure && <FailureNotice failure={failure} />}
      {caution && (
        <p class="notice notice-warn">
          <span lang="en">{caution}</span>
        </p>
      )}
      <Text session={session} />
      <Actions session={session} />
    </div>
  );
}
