import { CaseSensitive, ChevronDown, ChevronUp, Regex, WholeWord, X } from "lucide";
import { useEffect, useRef } from "preact/hooks";
import { formatNumber, t } from "../i18n";
import { Button, IconButton } from "../ui";
import type { Desk } from "./Desk";
import styles from "./transcript.module.css";
import { replaceEvery, replaceOne } from "./write";

const SWITCHES = [
  ["matchCase", "transcript.matchCase", CaseSensitive],
  ["wholeWord", "transcript.wholeWord", WholeWord],
  ["regex", "transcript.regex", Regex],
] as const;

/** Find and replace, above the text. */
export function FindBar({ desk }: { desk: Desk }) {
  const { finder } = desk;
  const field = useRef<HTMLInputElement>(null);
  const how = finder.open.value;
  useEffect(() => {
    field.current?.focus();
    field.current?.select();
  }, [how]);
  const close = () => {
    finder.close();
    document.querySelector<HTMLElement>(`.${styles.script}`)?.focus({ preventScroll: true });
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === "Escape") {
      event.preventDefault();
      close();
    }
  };
  const { error } = finder.pattern.value;
  return (
    <div class={styles.find} role="search" aria-label={t("transcript.find")} onKeyDown={onKeyDown}>
      <div class={styles.findRow}>
        <input
          ref={field}
          class="input"
          type="search"
          aria-label={t("transcript.find")}
          placeholder={t("transcript.find")}
          aria-invalid={error !== null}
          aria-describedby="find-error"
          value={finder.search.value.text}
          onInput={(event) => finder.change({ text: event.currentTarget.value })}
          onKeyDown={(event) => {
            if (event.key !== "Enter") return;
            event.preventDefault();
            desk.find(event.shiftKey ? -1 : 1);
          }}
        />
        <div class={styles.group}>
          {SWITCHES.map(([name, word, icon]) => (
            <IconButton
              key={name}
              icon={icon}
              label={t(word)}
              aria-pressed={finder.search.value[name]}
              onClick={() => finder.change({ [name]: !finder.search.value[name] })}
            />
          ))}
        </div>
        <Count desk={desk} />
        <div class={styles.group}>
          <IconButton icon={ChevronUp} label={t("transcript.keyFindBefore")} onClick={() => desk.find(-1)} />
          <IconButton icon={ChevronDown} label={t("transcript.keyFindNext")} onClick={() => desk.find(1)} />
          <IconButton icon={X} label={t("common.close")} onClick={close} />
        </div>
      </div>
      {how === "replace" && <ReplaceRow desk={desk} />}
      <span id="find-error" class="field-error" role="alert">
        {error === null ? "" : t("transcript.badPattern", { error })}
      </span>
    </div>
  );
}

function Count({ desk }: { desk: Desk }) {
  const { finder } = desk;
  const count = finder.matches.value.length;
  const at = finder.index.value;
  const words =
    finder.search.value.text === ""
      ? ""
      : at < 0
        ? t("transcript.matches", { count })
        : t("transcript.matchOf", { at: formatNumber(at + 1), count: formatNumber(count) });
  return (
    <span class={`${styles.count} soft small number`} aria-live="polite">
      {words}
    </span>
  );
}

function ReplaceRow({ desk }: { desk: Desk }) {
  const { finder } = desk;
  const count = finder.matches.value.length;
  const isOff = !desk.canEdit.value || count === 0;
  return (
    <div class={styles.findRow}>
      <input
        class="input"
        aria-label={t("transcript.replaceWith")}
        placeholder={t("transcript.replaceWith")}
        value={finder.replacement.value}
        onInput={(event) => {
          finder.replacement.value = event.currentTarget.value;
        }}
        onKeyDown={(event) => {
          if (event.key === "Enter" && !isOff) replaceOne(desk);
        }}
      />
      <Button disabled={isOff} onClick={() => replaceOne(desk)}>
        {t("transcript.replace")}
      </Button>
      <Button disabled={isOff} onClick={() => replaceEvery(desk)}>
        {t("transcript.replaceAll", { count })}
      </Button>
      {!desk.canEdit.value && <span class="soft small">{t("transcript.readOnly")}</span>}
    </div>
  );
}
