import { LocateFixed, Pause, Play, RotateCcw, RotateCw } from "lucide";
import { caps } from "../editor/commands/keys";
import { formatTime } from "../editor/model/time";
import { formatNumber, t } from "../i18n";
import { IconButton, Select, wordsOf } from "../ui";
import { hint, SKIP_SECONDS } from "./commands";
import type { Desk } from "./Desk";
import { following } from "./settings";
import styles from "./transcript.module.css";

const RATES = [0.25, 0.5, 0.75, 1, 1.25, 1.5, 2, 3, 4];
/** Buttons leave the keyboard where it was; a list needs it. */
const keepFocus = (event: MouseEvent) => {
  if (!(event.target instanceof HTMLSelectElement)) event.preventDefault();
};

/** Playing, from the bottom of the page. */
export function PlayLine({ desk }: { desk: Desk }) {
  const { player, sound } = desk.work;
  const playing = player.playing.value;
  return (
    <div
      class={styles.play}
      role="toolbar"
      aria-label={t("transcript.playback")}
      data-part
      onMouseDown={keepFocus}
    >
      <IconButton
        icon={RotateCcw}
        label={hint("transcript.keyBack", caps)}
        onClick={() => desk.skip(-SKIP_SECONDS)}
      />
      <IconButton
        kind="primary"
        icon={playing ? Pause : Play}
        label={hint("transcript.keyPlay", caps)}
        onClick={() => void player.toggle()}
      />
      <IconButton
        icon={RotateCw}
        label={hint("transcript.keyOn", caps)}
        onClick={() => desk.skip(SKIP_SECONDS)}
      />
      <Clock desk={desk} />
      <span class="soft small number">/ {formatTime(sound.duration, 0)}</span>
      <div class={styles.rate}>
        <Select
          aria-label={t("transcript.rate")}
          value={String(player.rate.value)}
          choices={RATES.map((rate) => ({ value: String(rate), label: `${formatNumber(rate)}×` }))}
          onValue={(value) => player.setRate(Number(value))}
        />
      </div>
      <IconButton
        icon={LocateFixed}
        label={hint("transcript.keyFollow", caps)}
        aria-pressed={following.value}
        onClick={() => {
          following.value = !following.value;
        }}
      />
      <Trouble desk={desk} />
    </div>
  );
}

function Clock({ desk }: { desk: Desk }) {
  return <span class={`${styles.clock} mono`}>{formatTime(desk.work.player.time.value, 1)}</span>;
}

/** Why nothing is heard. */
function Trouble({ desk }: { desk: Desk }) {
  const trouble = desk.work.player.trouble.value;
  if (trouble === null) return null;
  const words =
    trouble.kind === "server"
      ? wordsOf(trouble.error)
      : t(trouble.kind === "blocked" ? "timeline.blocked" : "timeline.undecodable");
  return (
    <span class="badge badge-bad truncate" role="alert" title={words}>
      {words}
    </span>
  );
}
