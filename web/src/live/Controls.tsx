import { Mic, Square } from "lucide";
import { useEffect, useState } from "preact/hooks";
import { formatDuration, t } from "../i18n";
import { Button, Check, SelectField } from "../ui";
import { languageChoices } from "./languages";
import styles from "./live.module.css";
import { type Choice, microphones, opusHere } from "./microphone";
import type { Session, State, Wanted } from "./Session";

const STORED = "earmark.live";
const KEY = "r";

const NOTHING: Wanted = { microphone: "", language: "", engine: "", compressed: false };

function stored(): Wanted {
  try {
    return { ...NOTHING, ...(JSON.parse(localStorage.getItem(STORED) ?? "{}") as Partial<Wanted>) };
  } catch {
    return NOTHING;
  }
}

/** The microphones; asked for again when one is plugged in, and once a session has begun, when they have names. */
function useMicrophones(state: State): readonly Choice[] {
  const [found, setFound] = useState<readonly Choice[]>([]);
  useEffect(() => {
    const look = () => void microphones().then(setFound);
    look();
    navigator.mediaDevices?.addEventListener("devicechange", look);
    return () => navigator.mediaDevices?.removeEventListener("devicechange", look);
  }, [state]);
  return found;
}

function isTyping(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement &&
    target.closest("input:not([type=checkbox]), textarea, select, dialog, [role=menu]") !== null
  );
}

function useKey(toggle: () => void): void {
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent) => {
      const plain = !event.ctrlKey && !event.metaKey && !event.altKey && !event.repeat;
      if (!plain || event.key.toLowerCase() !== KEY || isTyping(event.target)) return;
      event.preventDefault();
      toggle();
    };
    addEventListener("keydown", onKeyDown);
    return () => removeEventListener("keydown", onKeyDown);
  }, [toggle]);
}

function Meter({ session }: { session: Session }) {
  const level = Math.round(100 * session.level.value);
  return (
    <div
      class={styles.meter}
      role="meter"
      aria-label={t("live.level")}
      aria-valuemin={0}
      aria-valuemax={100}
      aria-valuenow={level}
    >
      <svg viewBox="0 0 100 1" preserveAspectRatio="none" aria-hidden="true">
        <rect width={level} height="1" />
      </svg>
    </div>
  );
}

/** What to listen with, and the button that begins and ends it. */
export function Controls({ session }: { session: Session }) {
  const [wanted, setWanted] = useState(stored);
  const state = session.state.value;
  const found = useMicrophones(state);
  const change = (some: Partial<Wanted>) => {
    const next = { ...wanted, ...some };
    setWanted(next);
    localStorage.setItem(STORED, JSON.stringify(next));
  };
  const known = found.some(({ value }) => value === wanted.microphone);
  const toggle = () => {
    if (state === "starting" || state === "listening") session.stop();
    else if (state !== "finishing") void session.start(known ? wanted : { ...wanted, microphone: "" });
  };
  useKey(toggle);
  const running = session.isRunning;
  const words = {
    idle: "live.start",
    ended: "live.start",
    starting: "live.cancel",
    listening: "live.stop",
    finishing: "live.finishing",
  } as const;
  return (
    <section class="card stack" aria-label={t("live.settings")}>
      <div class={styles.choices}>
        <SelectField
          label={t("live.microphone")}
          value={known ? wanted.microphone : ""}
          choices={[{ value: "", label: t("live.anyMicrophone") }, ...found]}
          onValue={(microphone) => change({ microphone })}
          disabled={running}
        />
        <SelectField
          label={t("live.language")}
          value={wanted.language}
          choices={[{ value: "", label: t("live.anyLanguage") }, ...languageChoices()]}
          onValue={(language) => change({ language })}
          disabled={running}
        />
        <SelectField
          label={t("live.engine")}
          value={wanted.engine}
          choices={[
            { value: "", label: t("live.anyEngine") },
            { value: "whisper", label: "Whisper" },
            { value: "pocketsphinx", label: t("live.pocketsphinx") },
          ]}
          onValue={(engine) => change({ engine })}
          disabled={running}
        />
      </div>
      {opusHere() !== null && (
        <Check
          label={t("live.compressed")}
          checked={wanted.compressed}
          onValue={(compressed) => change({ compressed })}
          disabled={running}
        />
      )}
      <div class="row">
        <Button
          kind={state === "listening" ? "danger" : "primary"}
          icon={running ? Square : Mic}
          onClick={toggle}
          disabled={state === "finishing"}
          aria-keyshortcuts="R"
        >
          {t(words[state])}
        </Button>
        <Meter session={session} />
        <span class={styles.clock}>{formatDuration(session.seconds.value)}</span>
        <span class="soft small">{t("live.keyHint")}</span>
      </div>
      <p class="soft small" role="status">
        {t(`live.state_${state}`)}
        {session.behind.value >= 5 && ` ${t("live.behind", { seconds: Math.round(session.behind.value) })}`}
      </p>
    </section>
  );
}
