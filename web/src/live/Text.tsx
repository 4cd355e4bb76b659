import { useLayoutEffect, useRef } from "preact/hooks";
import { formatDuration, t } from "../i18n";
import { memo } from "../library/memo";
import styles from "./live.module.css";
import type { Session } from "./Session";
import type { Said } from "./texts";

/** So near to the end, in pixels, the reader follows it. */
const NEAR = 40;

const Line = memo(function Line({ said }: { said: Said }) {
  return (
    <li class={styles.line}>
      <time class={styles.time}>{formatDuration(said.start)}</time>
      <span lang={said.language ?? undefined}>{said.text}</span>
    </li>
  );
});

/** The text as it grows. It scrolls along until the reader scrolls up. */
export function Text({ session }: { session: Session }) {
  const box = useRef<HTMLElement>(null);
  const follows = useRef(true);
  const said = session.said.value;
  const partial = session.partial.value;
  useLayoutEffect(() => {
    const element = box.current;
    if (element && follows.current) element.scrollTop = element.scrollHeight;
  }, [said, partial]);
  const onScroll = () => {
    const element = box.current;
    if (element) follows.current = element.scrollHeight - element.scrollTop - element.clientHeight < NEAR;
  };
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reached by the keyboard
    <section class={styles.text} ref={box} onScroll={onScroll} tabIndex={0} aria-label={t("live.text")}>
      <div role="log" aria-live="polite" aria-relevant="additions" aria-label={t("live.said")}>
        <ol class={styles.lines}>
          {said.map((one) => (
            <Line key={one.start} said={one} />
          ))}
        </ol>
      </div>
      {partial && (
        <p class={`${styles.line} ${styles.partial}`} aria-live="off">
          <time class={styles.time}>{formatDuration(partial.start)}</time>
          <span lang={partial.language ?? undefined}>{partial.text}</span>
        </p>
      )}
      {said.length === 0 && !partial && <p class="soft">{t("live.nothingYet")}</p>}
    </section>
  );
}
