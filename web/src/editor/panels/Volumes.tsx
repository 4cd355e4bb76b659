import { Headphones, VolumeX, X } from "lucide";
import { formatNumber, t } from "../../i18n";
import { IconButton } from "../../ui";
import type { Player } from "../player/Player";
import styles from "./panel.module.css";

/** Loudness of each channel, in dB. */
export function Volumes({ player, onClose }: { player: Player; onClose: () => void }) {
  const channels = Array.from({ length: player.sound.channels }, (_, n) => n);
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: Escape closes it from every control inside
    <div
      class={styles.pop}
      onKeyDown={(event) => {
        if (event.key === "Escape") {
          event.stopPropagation();
          onClose();
        }
      }}
    >
      <div class="row-between">
        <h3>{t("editor.volume")}</h3>
        <IconButton icon={X} label={t("common.close")} onClick={onClose} />
      </div>
      {channels.map((channel) => (
        <div class={styles.mix} key={channel}>
          <label class="small" for={`gain-${channel}`}>
            {channels.length > 1 ? t("editor.channelN", { n: channel + 1 }) : t("editor.volume")}
          </label>
          <input
            id={`gain-${channel}`}
            type="range"
            min={-40}
            max={40}
            step={1}
            value={player.gains.value[channel] ?? 0}
            onInput={(event) => player.setGain(channel, Number(event.currentTarget.value))}
          />
          <span class="number small">{formatNumber(player.gains.value[channel] ?? 0)} dB</span>
          {channels.length > 1 && (
            <IconButton
              icon={Headphones}
              label={t("editor.solo", { n: channel + 1 })}
              aria-pressed={player.solo.value.has(channel)}
              onClick={() => player.toggleSolo(channel)}
            />
          )}
          <IconButton
            icon={VolumeX}
            label={t("editor.mute", { n: channel + 1 })}
            aria-pressed={player.muted.value.has(channel)}
            onClick={() => player.toggleMute(channel)}
          />
        </div>
      ))}
      <label class="check">
        <input
          type="checkbox"
          checked={player.pitchKept.value}
          onChange={(event) => player.keepPitch(event.currentTarget.checked)}
        />
        {t("editor.keepPitch")}
      </label>
    </div>
  );
}
