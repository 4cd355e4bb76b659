import { useSignal, useSignalEffect } from "@preact/signals";
import { useRef } from "preact/hooks";
import { t } from "../../i18n";
import { correctionOf } from "./following";
import type { Player } from "./Player";

/**
 * The picture of a recording with video. It follows the sound, which stays the clock: so times are those of the sound
 * that was analysed, and what cannot be seen can be heard all the same.
 */
export function Picture({ player, class: more }: { player: Player; class?: string }) {
  const element = useRef<HTMLVideoElement>(null);
  const unplayable = useSignal(false);
  useSignalEffect(() => {
    const [playing, time, rate] = [player.playing.value, player.time.value, player.rate.value];
    if (element.current && !unplayable.value)
      keepUp(element.current, playing && !player.waiting.value, time, rate);
  });
  if (unplayable.value) return <p class="notice notice-warn">{t("timeline.noPicture")}</p>;
  return (
    <video
      ref={element}
      class={more}
      src={`/api/v1/recordings/${player.sound.recordingId}/media`}
      muted
      playsInline
      preload="metadata"
      tabIndex={-1}
      aria-label={t("timeline.picture")}
      onError={() => (unplayable.value = true)}
      onLoadedMetadata={(event) => (unplayable.value = event.currentTarget.videoWidth === 0)}
    />
  );
}

function keepUp(video: HTMLVideoElement, playing: boolean, time: number, rate: number): void {
  // A second jump before the first has ended would begin it anew, and the picture would never arrive.
  if (video.seeking || video.readyState < HTMLMediaElement.HAVE_METADATA) return;
  const correction = correctionOf(video.currentTime - time, playing, rate);
  if (correction.jump) video.currentTime = Math.min(time, video.duration);
  if (video.playbackRate !== correction.rate) video.playbackRate = correction.rate;
  if (playing && video.paused && !video.ended) video.play().catch(() => undefined);
  if (!playing && !video.paused) video.pause();
}
