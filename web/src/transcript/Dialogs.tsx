import { useState } from "preact/hooks";
import { caps } from "../editor/commands/keys";
import { ConflictDialog } from "../editor/panels/ConflictDialog";
import { RenameSpeaker } from "../editor/panels/RenameSpeaker";
import { t } from "../i18n";
import { Button, Check, CopyButton, Dialog, TextField } from "../ui";
import { COMMANDS, GROUPS, TYPING } from "./commands";
import type { Desk } from "./Desk";
import { plainText } from "./model/plain";
import { SpeakerDialog } from "./SpeakerDialog";
import { copySpeakers, copyTimes } from "./settings";
import styles from "./transcript.module.css";
import { setLanguage } from "./write";

/** What is open over the text. */
export function Dialogs({ desk }: { desk: Desk }) {
  const close = () => {
    desk.shown.value = null;
  };
  if (desk.work.overlay.value === "conflicts") return <ConflictDialog work={desk.work} />;
  switch (desk.shown.value) {
    case "speaker":
      return <SpeakerDialog desk={desk} onClose={close} />;
    case "rename":
      return (
        <RenameSpeaker
          key={desk.renamed.value}
          work={desk.work}
          canEdit={desk.canEdit.value}
          annotationId={desk.layer.value?.id ?? null}
          segments={desk.segments.value}
          from={desk.renamed.value}
          onClose={close}
        />
      );
    case "language":
      return <LanguageDialog desk={desk} onClose={close} />;
    case "copy":
      return <CopyDialog desk={desk} onClose={close} />;
    case "keys":
      return <KeysDialog onClose={close} />;
    default:
      return null;
  }
}

interface Props {
  desk: Desk;
  onClose: () => void;
}

function LanguageDialog({ desk, onClose }: Props) {
  const [targets] = useState(desk.targets);
  const [language, setLanguageText] = useState(targets[0]?.language ?? "");
  const set = (lines: readonly (typeof targets)[number][]) => {
    const code = language.trim().toLowerCase();
    setLanguage(desk, lines, code === "" ? null : code);
    onClose();
  };
  return (
    <Dialog title={t("transcript.keyLanguage")} onClose={onClose}>
      <form
        class="stack"
        onSubmit={(event) => {
          event.preventDefault();
          set(targets);
        }}
      >
        <TextField
          label={t("transcript.languageCode")}
          hint={t("transcript.languageHint")}
          value={language}
          onValue={setLanguageText}
          maxLength={35}
          autofocus
        />
        <div class="dialog-actions">
          <Button onClick={() => set(desk.lines.value)}>
            {t("transcript.languageAll", { count: desk.lines.value.length })}
          </Button>
          <Button type="submit" kind="primary">
            {t("transcript.languageThese", { count: targets.length })}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}

function CopyDialog({ desk, onClose }: Props) {
  const text = plainText(desk.lines.value, { speakers: copySpeakers.value, times: copyTimes.value });
  return (
    <Dialog title={t("transcript.copyText")} onClose={onClose} wide>
      <div class="row">
        <Check
          label={t("transcript.withSpeakers")}
          checked={copySpeakers.value}
          onValue={(on) => {
            copySpeakers.value = on;
          }}
        />
        <Check
          label={t("transcript.withTimes")}
          checked={copyTimes.value}
          onValue={(on) => {
            copyTimes.value = on;
          }}
        />
      </div>
      <textarea
        class={`input ${styles.plain}`}
        readonly
        rows={12}
        aria-label={t("transcript.copyText")}
        value={text}
      />
      <div class="dialog-actions">
        <CopyButton text={text} />
      </div>
    </Dialog>
  );
}

function Keys({ keys }: { keys: readonly string[] }) {
  return (
    <span class={styles.keys}>
      {keys.map((key) => (
        <span key={key} class={styles.combo}>
          {caps(key).map((cap) => (
            <kbd key={cap}>{cap}</kbd>
          ))}
        </span>
      ))}
    </span>
  );
}

function KeysDialog({ onClose }: { onClose: () => void }) {
  const digits = { title: "transcript.keyDigits", keys: ["1 … 9"] } as const;
  return (
    <Dialog title={t("transcript.keyHelp")} onClose={onClose} wide>
      <div class={styles.keyGroups}>
        {GROUPS.map((group) => (
          <section key={group} class="stack-tight">
            <h3>{t(`transcript.group_${group}`)}</h3>
            {[
              ...COMMANDS.filter((one) => one.group === group),
              ...(group === "speakers" ? [digits] : []),
            ].map(({ title, keys }) => (
              <div key={title} class={styles.keyRow}>
                <span>{t(title)}</span>
                <Keys keys={keys} />
              </div>
            ))}
          </section>
        ))}
        <section class="stack-tight">
          <h3>{t("transcript.group_typing")}</h3>
          {TYPING.map(({ title, keys }) => (
            <div key={title} class={styles.keyRow}>
              <span>{t(title)}</span>
              <Keys keys={keys} />
            </div>
          ))}
        </section>
        <section class="stack-tight">
          <h3>{t("transcript.group_mouse")}</h3>
          <p class="small">{t("transcript.mouseHelp")}</p>
        </section>
      </div>
    </Dialog>
  );
}
