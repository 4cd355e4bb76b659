import { type ReadonlySignal, useSignalEffect } from "@preact/signals";
import { LocateFixed, Minus, PanelRight, Pause, Play, Plus, Repeat, Repeat1, Scan, Volume2 } from "lucide";
import { useEffect, useRef, useState } from "preact/hooks";
import { formatNumber, t } from "../../i18n";
import { IconButton, Select, wordsOf } from "../../ui";
import type { Readout } from "../canvas/scene";
import { fitAll, seek, toggleLoop, zoomBy } from "../commands/navigate";
import { follow, look, sideOpen } from "../document/settings";
import type { Workspace } from "../document/Workspace";
import { clockOf, formatClock, formatTime, parseTime } from "../model/time";
import styles from "./frame.module.css";
import { useHint } from "./hints";
import { keepFocus } from "./ToolBar";
import { Volumes } from "./Volumes";

const RATES = [0.25, 0.5, 0.75, 1, 1.25, 1.5, 2, 3, 4];

interface Props {
  work: Workspace;
  readout: ReadonlySignal<Readout | null>;
}

export function PlayBar({ work, readout }: Props) {
  const [isMixing, setMixing] = useState(false);
  const hint = useHint();
  const { player, sound } = work;
  const playing = player.playing.value;
  return (
    <div class={styles.play} role="toolbar" aria-label={t("editor.playback")} data-part>
      <div class={styles.group} role="group" aria-label={t("editor.playback")} onMouseDown={keepFocus}>
        <IconButton
          icon={playing ? Pause : Play}
          kind="primary"
          label={hint(t(playing ? "editor.pause" : "editor.keyPlay"), "keyPlay")}
          onClick={() => void player.toggle()}
        />
        <IconButton
          icon={player.range.value ? Repeat1 : Repeat}
          label={hint(t("editor.keyLoop"), "keyLoop")}
          aria-pressed={player.loop.value}
          onClick={() => toggleLoop(work)}
        />
      </div>
      <Clock work={work} />
      <span class={`${styles.clock} ${styles.desk} soft small`}>/ {formatTime(sound.duration, 0)}</span>
      <div class={styles.rate}>
        <Select
          aria-label={t("editor.rate")}
          value={String(player.rate.value)}
          choices={RATES.map((rate) => ({ value: String(rate), label: `${formatNumber(rate)}×` }))}
          onValue={(value) => player.setRate(Number(value))}
        />
      </div>
      <div class={styles.popAnchor}>
        <IconButton
          icon={Volume2}
          label={t("editor.volume")}
          aria-expanded={isMixing}
          onClick={() => setMixing(!isMixing)}
        />
        {isMixing && <Volumes player={player} onClose={() => setMixing(false)} />}
      </div>
      <IconButton
        class={styles.desk}
        icon={LocateFixed}
        label={t("editor.follow")}
        aria-pressed={follow.value !== "off"}
        onMouseDown={keepFocus}
        onClick={() => {
          follow.value = follow.value === "off" ? "page" : "off";
        }}
      />
      <Trouble work={work} />
      <ReadoutWords shown={readout} work={work} />
      <div class={styles.group} role="group" aria-label={t("editor.group_move")} onMouseDown={keepFocus}>
        <IconButton
          class={styles.desk}
          icon={Minus}
          label={hint(t("editor.keyZoomOut"), "keyZoomOut")}
          onClick={() => zoomBy(work, -1)}
        />
        <IconButton
          class={styles.desk}
          icon={Scan}
          label={hint(t("editor.keyFit"), "keyFit")}
          onClick={() => fitAll(work)}
        />
        <IconButton
          class={styles.desk}
          icon={Plus}
          label={hint(t("editor.keyZoomIn"), "keyZoomIn")}
          onClick={() => zoomBy(work, 1)}
        />
        <IconButton
          icon={PanelRight}
          label={hint(t("editor.keySide"), "keySide")}
          aria-pressed={sideOpen.value}
          onClick={() => {
            sideOpen.value = !sideOpen.value;
          }}
        />
      </div>
    </div>
  );
}

/** The playhead, to be read and to be typed. Its time is written by hand: it is new at every frame. */
function Clock({ work }: { work: Workspace }) {
  const input = useRef<HTMLInputElement>(null);
  /** What stood there when typing began; while it is held, the time stands still. */
  const before = useRef<string | null>(null);
  const write = () => {
    const text = formatTime(work.player.time.value);
    if (input.current && before.current === null) input.current.value = text;
  };
  useSignalEffect(write);
  const leave = (event: FocusEvent & { currentTarget: HTMLInputElement }) => {
    const typed = event.currentTarget.value;
    const time = typed === before.current ? null : parseTime(typed);
    before.current = null;
    if (time !== null) seek(work, time);
    write();
  };
  return (
    <input
      ref={input}
      class={`input ${styles.clock} ${styles.time}`}
      aria-label={t("editor.playhead")}
      onFocus={(event) => {
        before.current = event.currentTarget.value;
        event.currentTarget.select();
      }}
      onBlur={leave}
      onKeyDown={(event) => {
        if (event.key === "Escape") event.currentTarget.value = before.current ?? "";
        if (event.key === "Enter" || event.key === "Escape") event.currentTarget.blur();
      }}
    />
  );
}

/** What is under the pointer; it changes with every frame, so nothing else is drawn anew for it. */
function ReadoutWords({ shown, work }: { shown: Props["readout"]; work: Workspace }) {
  const readout = shown.value;
  return <span class={styles.readout}>{readout && wordsUnder(readout, work)}</span>;
}

function wordsUnder(readout: Readout, work: Workspace): string {
  const clock = look.value.clockTime ? clockOf(work.sound.recordedAt) : null;
  const parts = readout.owner === null ? [] : [readout.owner];
  parts.push(clock ? formatClock(clock, readout.time) : formatTime(readout.time));
  if (readout.hz !== null) parts.push(`${formatNumber(Math.round(readout.hz))} Hz`);
  if (readout.db !== null) parts.push(`${formatNumber(readout.db, { maximumFractionDigits: 0 })} dB`);
  if (readout.channel !== null && work.sound.channels > 1) {
    parts.push(t("editor.channelN", { n: readout.channel + 1 }));
  }
  return parts.join("  ·  ");
}

/** Why nothing is heard. */
function Trouble({ work }: { work: Workspace }) {
  const trouble = work.player.trouble.value;
  const [shown, setShown] = useState(trouble);
  useEffect(() => setShown(trouble), [trouble]);
  if (shown === null) return null;
  const words = shown.kind === "server" ? wordsOf(shown.error) : t(`editor.play_${shown.kind}`);
  return (
    <span class="badge badge-bad truncate" role="alert" title={words}>
      {words}
    </span>
  );
}
