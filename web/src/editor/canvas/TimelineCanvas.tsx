import { useSignal } from "@preact/signals";
import { useEffect, useId, useRef } from "preact/hooks";
import { formatNumber, language, t } from "../../i18n";
import { Pointers } from "./Pointers";
import type { AxisNames } from "./paintAxes";
import type { Handlers, Scene } from "./scene";
import { Timeline, type TimelineHandle } from "./Timeline";
import styles from "./timeline.module.css";

interface Props {
  scene: Scene;
  handlers: Handlers;
  /** Given once the timeline is there, and null when it goes. */
  onReady?: (timeline: TimelineHandle | null) => void;
}

/** What is soon there needs no words. */
const PATIENCE = 600;

/** Numbers are written in every frame, and making their format is slow. */
function remembered(write: (value: number) => string): (value: number) => string {
  const known = new Map<string, string>();
  return (value) => {
    const key = `${language.peek()} ${value}`;
    const text = known.get(key) ?? write(value);
    known.set(key, text);
    return text;
  };
}

function hertz(hz: number): string {
  return hz >= 1000 ? t("timeline.kilohertz", { value: formatNumber(hz / 1000) }) : formatNumber(hz);
}

function namesOf(scene: Scene): AxisNames {
  const one = remembered((number) => t("timeline.channel", { number }));
  const mix = (): string => (scene.sound.channels > 1 ? t("timeline.mix") : "");
  return {
    channel: (channel) => (channel === null ? mix() : one(channel + 1)),
    hertz: remembered(hertz),
  };
}

/**
 * The recording as pictures of its sound, with its annotations on them. `scene` and `handlers` are taken once: another
 * recording is another `key`. Keys are none of its business; it can have the focus, so that they have a place to go to.
 */
export function TimelineCanvas({ scene, handlers, onReady }: Props) {
  const host = useRef<HTMLDivElement>(null);
  const slow = useSignal(false);
  const help = useId();
  useEffect(() => {
    if (!host.current) return undefined;
    const timeline = new Timeline(host.current, scene, handlers, namesOf(scene));
    const pointers = new Pointers(timeline, scene, handlers);
    let timer: ReturnType<typeof setTimeout> | undefined;
    const end = timeline.loading.subscribe((loading) => {
      clearTimeout(timer);
      if (loading) timer = setTimeout(() => (slow.value = true), PATIENCE);
      else slow.value = false;
    });
    onReady?.(timeline);
    return () => {
      onReady?.(null);
      clearTimeout(timer);
      end();
      pointers.close();
      timeline.close();
    };
  }, []);
  return (
    <div
      ref={host}
      class={styles.timeline}
      role="application"
      aria-roledescription={t("timeline.role")}
      aria-label={t("timeline.name")}
      aria-describedby={help}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: an application is worked with
      tabIndex={0}
    >
      <p id={help} class="visually-hidden">
        {t("timeline.help")}
      </p>
      <div role="status">{slow.value && <span class={styles.loading}>{t("timeline.loading")}</span>}</div>
    </div>
  );
}
