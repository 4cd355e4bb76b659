import { useComputed } from "@preact/signals";
import { ChevronDown, ChevronUp, Pencil, X } from "lucide";
import { caps } from "../editor/commands/keys";
import { formatDuration, formatPercent, t } from "../i18n";
import { Check, IconButton } from "../ui";
import { COMMANDS, hint } from "./commands";
import type { Desk } from "./Desk";
import { isDoubtful, piecesOf } from "./model/pieces";
import { following, otherSounds, panelOpen, textSize, threshold } from "./settings";
import styles from "./transcript.module.css";
import { assign } from "./write";

/** Speakers, doubtful words, and how the text is shown. */
export function Panel({ desk }: { desk: Desk }) {
  return (
    <aside class={styles.panel} aria-label={t("transcript.panel")} data-part>
      <div class={`row-between ${styles.panelHead}`}>
        <strong>{t("transcript.panel")}</strong>
        <IconButton
          icon={X}
          label={t("common.close")}
          onClick={() => {
            panelOpen.value = false;
          }}
        />
      </div>
      <Speakers desk={desk} />
      <Doubts desk={desk} />
      <Display />
    </aside>
  );
}

function Speakers({ desk }: { desk: Desk }) {
  const seats = desk.seats.value;
  const { project, rights } = desk.work.subject;
  const names = desk.canEdit.value || (project.known_voices && rights.annotate);
  const speakers = [...desk.speakers.value].sort((a, b) => seats.indexOf(a.name) - seats.indexOf(b.name));
  return (
    <section class="stack-tight" aria-label={t("transcript.speakers")}>
      <h2>{t("transcript.speakers")}</h2>
      {speakers.length === 0 && <p class="soft small">{t("transcript.noSpeakers")}</p>}
      {speakers.map(({ name, count, seconds }) => {
        const seat = seats.indexOf(name);
        return (
          <div key={name} class={styles.speaker}>
            <button
              type="button"
              class={styles.speakerName}
              disabled={!desk.canEdit.value || desk.line.value === undefined}
              title={t("transcript.giveTo", { name })}
              onMouseDown={(event) => event.preventDefault()}
              onClick={() => assign(desk, desk.targets, name)}
            >
              <span class={styles.dot} style={{ background: desk.colourOf.value(name) }} aria-hidden />
              <span class="grow">
                <span class={styles.name}>{name}</span>
                <span class="soft small number">
                  {t("transcript.lineCount", { count })} · {formatDuration(seconds)}
                </span>
              </span>
              {seat >= 0 && seat < 9 && <kbd>{seat + 1}</kbd>}
            </button>
            {names && (
              <IconButton
                icon={Pencil}
                label={t("transcript.renameOne", { name })}
                onClick={() => {
                  desk.renamed.value = name;
                  desk.shown.value = "rename";
                }}
              />
            )}
          </div>
        );
      })}
      {desk.canEdit.value && <p class="soft small">{t("transcript.digitsHint")}</p>}
    </section>
  );
}

function Doubts({ desk }: { desk: Desk }) {
  const counts = useComputed(() => {
    let [low, scored] = [0, 0];
    for (const line of desk.lines.value) {
      for (const piece of piecesOf(line)) {
        if (piece.score === null) continue;
        scored++;
        if (isDoubtful(piece, threshold.value)) low++;
      }
    }
    return { low, scored };
  });
  const { low, scored } = counts.value;
  const step = (title: "transcript.keyDoubt" | "transcript.keyDoubtBefore") => () =>
    COMMANDS.find((one) => one.title === title)?.run(desk);
  const level = formatPercent(threshold.value);
  return (
    <section class="stack-tight" aria-label={t("transcript.doubts")}>
      <h2>{t("transcript.doubts")}</h2>
      <label class="stack-tight small">
        <span>{t("transcript.markBelow", { level })}</span>
        <input
          type="range"
          min={0}
          max={100}
          step={5}
          value={threshold.value * 100}
          aria-valuetext={level}
          onInput={(event) => {
            threshold.value = Number(event.currentTarget.value) / 100;
          }}
        />
      </label>
      {scored === 0 ? (
        <p class="soft small">{t("transcript.noScores")}</p>
      ) : (
        <div class="row-between">
          <span class="small number">{t("transcript.doubtCount", { count: low })}</span>
          <span class={styles.group}>
            <IconButton
              icon={ChevronUp}
              label={hint("transcript.keyDoubtBefore", caps)}
              disabled={low === 0}
              onClick={step("transcript.keyDoubtBefore")}
            />
            <IconButton
              icon={ChevronDown}
              label={hint("transcript.keyDoubt", caps)}
              disabled={low === 0}
              onClick={step("transcript.keyDoubt")}
            />
          </span>
        </div>
      )}
    </section>
  );
}

function Display() {
  return (
    <section class="stack-tight" aria-label={t("transcript.display")}>
      <h2>{t("transcript.display")}</h2>
      <Check
        label={t("transcript.keyFollow")}
        checked={following.value}
        onValue={(on) => {
          following.value = on;
        }}
      />
      <Check
        label={t("transcript.otherSounds")}
        checked={otherSounds.value}
        onValue={(on) => {
          otherSounds.value = on;
        }}
      />
      <label class="stack-tight small">
        <span>{t("transcript.textSize")}</span>
        <input
          type="range"
          min={13}
          max={28}
          value={textSize.value}
          onInput={(event) => {
            textSize.value = Number(event.currentTarget.value);
          }}
        />
      </label>
    </section>
  );
}
