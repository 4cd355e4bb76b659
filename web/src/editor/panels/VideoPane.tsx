import { useEffect, useRef } from "preact/hooks";
import { t } from "../../i18n";
import type { Player } from "../player/Player";
import styles from "./editor.module.css";

/** Further apart than this, the picture jumps to the sound; nearer, it is left to run. */
const APART_SECONDS = 0.12;

/** The picture of a video; its sound comes from the player, which it follows. */
export function VideoPane({ player }: { player: Player }) {
  const element = useRef<HTMLVideoElement>(null);
  const [playing, time, rate] = [player.playing.value, player.time.value, player.rate.value];
  useEffect(() => {
    const video = element.current;
    if (video === null) return;
    video.playbackRate = rate;
    if (playing && video.paused) void video.play().catch(() => {});
    if (!playing && !video.paused) video.pause();
    if (Math.abs(video.currentTime - time) > (playing ? APART_SECONDS : 0.02)) video.currentTime = time;
  }, [playing, time, rate]);
  return (
    <div class={styles.video}>
      <video
        ref={element}
        src={`/api/v1/recordings/${player.sound.recordingId}/media`}
        muted
        playsInline
        preload="auto"
        aria-label={t("editor.video")}
      />
    </div>
  );
}
