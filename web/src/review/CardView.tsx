import type { IconNode } from "lucide";
import { CircleCheck, CircleHelp, CircleX, PencilLine, UserRound } from "lucide";
import { useEffect, useMemo, useRef } from "preact/hooks";
import { isUncertain } from "../editor/model/segments";
import { formatPercent, type Key, t } from "../i18n";
import { Icon } from "../ui";
import { CardCanvas } from "./CardCanvas";
import { type Card, nowOf, shortSource, type Verdict } from "./cards";
import { viewOf } from "./layout";
import styles from "./review.module.css";
import { playing } from "./sound";
import type { Picture, TileBank } from "./TileBank";

const SAID: Record<Verdict["said"], { icon: IconNode; word: Key }> = {
  accepted: { icon: CircleCheck, word: "review.accepted" },
  rejected: { icon: CircleX, word: "review.rejected" },
  changed: { icon: PencilLine, word: "review.changed" },
};

/** A moment in a recording, to the tenth of a second. */
export function clock(seconds: number): string {
  const tenths = Math.round(seconds * 10);
  const [h, m, s] = [Math.floor(tenths / 36_000), Math.floor(tenths / 600) % 60, (tenths % 600) / 10];
  const two = (value: number, digits = 0) => value.toFixed(digits).padStart(digits ? 4 : 2, "0");
  return h > 0 ? `${h}:${two(m)}:${two(s, 1)}` : `${m}:${two(s, 1)}`;
}

export function pictureOf(card: Card, width: number): Picture {
  const view = viewOf(card.segment, card.duration);
  const channel = card.segment.channel ?? null;
  return { recordingId: card.recordingId, channel, view, scale: (view.end - view.start) / width };
}

export function editorLink(card: Card): string {
  const query = new URLSearchParams({ annotation: card.annotationId, t: card.segment.start.toFixed(3) });
  return `/recordings/${card.recordingId}?${query}`;
}

/** Where the sound is now, moved without drawing the card anew. */
function Playhead({ card, picture }: { card: Card; picture: Picture }) {
  const line = useRef<HTMLDivElement>(null);
  const now = playing.value;
  const begun = now?.key === card.key ? now.begun : null;
  useEffect(() => {
    if (begun === null) return;
    let frame = 0;
    const { start, end } = picture.view;
    const move = () => {
      const time = card.segment.start + performance.now() / 1000 - begun;
      const part = Math.min(Math.max((time - start) / (end - start), 0), 1);
      if (line.current) line.current.style.left = `${100 * part}%`;
      frame = requestAnimationFrame(move);
    };
    move();
    return () => cancelAnimationFrame(frame);
  }, [begun, picture, card]);
  return begun === null ? null : <div ref={line} class={styles.playhead} />;
}

interface Props {
  card: Card;
  verdict: Verdict | undefined;
  at: number;
  id: string;
  current: boolean;
  selected: boolean;
  width: number;
  height: number;
  bank: TileBank;
  /** Where the same sound may have several cards, each says whose it is. */
  showSource: boolean;
  colourOf: (label: string | null | undefined) => string;
  onPick: (at: number, event: MouseEvent) => void;
  onHover: (card: Card, inside: boolean) => void;
  onOpen: (card: Card) => void;
}

/** One segment: how it looks, what it is called, where it is, and what was decided. */
export function CardView(props: Props) {
  const { card, verdict, at, current, selected, width, height, bank, colourOf, showSource } = props;
  const picture = useMemo(() => pictureOf(card, width), [card, width]);
  const segment = nowOf(card, verdict);
  const colour = colourOf(segment.label);
  const said = verdict && SAID[verdict.said];
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: the grid around takes the keys for all its cards
    <div
      id={props.id}
      class={styles.card}
      role="gridcell"
      aria-selected={selected}
      data-current={current}
      data-said={verdict?.said}
      tabIndex={-1}
      onClick={(event) => props.onPick(at, event)}
      onDblClick={() => props.onOpen(card)}
      onPointerEnter={(event) => event.pointerType === "mouse" && props.onHover(card, true)}
      onPointerLeave={() => props.onHover(card, false)}
    >
      <div class={styles.picture} style={{ height: `${height}px` }}>
        <CardCanvas {...{ bank, picture, segment: card.segment, colour, width, height }} />
        <Playhead card={card} picture={picture} />
        {said && (
          <span class={styles.said} data-said={verdict.said}>
            <Icon of={said.icon} size={14} />
            {t(said.word)}
          </span>
        )}
        {isUncertain(segment) && (
          <span class={styles.uncertain} title={t("review.uncertain")}>
            <Icon of={CircleHelp} size={16} label={t("review.uncertain")} />
          </span>
        )}
      </div>
      <div class={styles.words}>
        <div class={styles.line}>
          <span class="swatch" style={{ background: colour }} />
          <b class="truncate grow">{segment.label ?? t("review.unlabelled")}</b>
          {showSource && (
            <span class="truncate soft small" title={card.source}>
              {shortSource(card.source).split(", ").at(-1)}
            </span>
          )}
          {card.whose === "others" && <Icon of={UserRound} size={14} />}
          {typeof segment.score === "number" && (
            <span class="number small">{formatPercent(segment.score)}</span>
          )}
        </div>
        <div class={`${styles.line} soft small`}>
          <span class="truncate grow" title={segment.text ?? card.recordingName}>
            {segment.text || card.recordingName}
          </span>
          {segment.text && <span class="visually-hidden">{card.recordingName}</span>}
          <span class="number">{clock(segment.start)}</span>
        </div>
      </div>
    </div>
  );
}
