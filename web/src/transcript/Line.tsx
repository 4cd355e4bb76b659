import { useComputed } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { formatTime } from "../editor/model/time";
import type { Segment } from "../editor/types";
import { formatPercent, t } from "../i18n";
import type { Desk } from "./Desk";
import { LineField } from "./LineField";
import { isDoubtful, type Piece, piecesOf } from "./model/pieces";
import { hasText } from "./model/rows";
import { type Span, spansOf } from "./model/spans";
import { SpeakerChip } from "./SpeakerChip";
import { threshold } from "./settings";
import styles from "./transcript.module.css";

interface Props {
  desk: Desk;
  line: Segment;
  opens: boolean;
  observer: ResizeObserver;
}

/**
 * One segment of the transcript: who speaks, when, and what is said.
 *
 * It reads signals, so that it is drawn again only where one of them or a property changes.
 */
export function Line({ desk, line, opens, observer }: Props) {
  const root = useRef<HTMLDivElement>(null);
  const { id } = line;
  const isTyped = useComputed(() => desk.typing.value?.id === id);
  const isChosen = useComputed(() => desk.work.layers.selection.value.ids.has(id));
  const isNow = useComputed(() => desk.nowId.value === id);
  useEffect(() => {
    const element = root.current;
    if (!element) return undefined;
    observer.observe(element);
    return () => observer.unobserve(element);
  }, [observer]);
  const typing = isTyped.value ? desk.typing.value : null;
  return (
    <div
      ref={root}
      class={styles.line}
      role="listitem"
      data-line={id}
      data-opens={opens}
      data-chosen={isChosen.value}
      data-now={isNow.value}
    >
      {opens && <SpeakerChip desk={desk} line={line} />}
      <div class={styles.body}>
        <button
          type="button"
          class={styles.time}
          tabIndex={-1}
          data-play={id}
          title={t("transcript.keyHearLine")}
          aria-label={t("transcript.hearFrom", { time: formatTime(line.start, 0) })}
        >
          {formatTime(line.start, 0)}
        </button>
        {typing ? (
          <LineField desk={desk} typing={typing} text={line.text ?? ""} language={line.language} />
        ) : (
          <Text desk={desk} line={line} />
        )}
        <Score line={line} />
      </div>
    </div>
  );
}

/** How sure the engine was of the line, where that is low and it says nothing of single words. */
function Score({ line }: { line: Segment }) {
  const knowsWords = line.words?.some((word) => word.score != null);
  if (line.score == null || line.score >= threshold.value || knowsWords) return null;
  return (
    <span class={`badge badge-warn ${styles.score}`} title={t("transcript.lineScore")}>
      {formatPercent(line.score)}
    </span>
  );
}

function Text({ desk, line }: { desk: Desk; line: Segment }) {
  const { id } = line;
  const cursor = useComputed(() => (desk.cursor.value?.id === id ? desk.cursor.value.piece : -1));
  const now = useComputed(() => (desk.nowId.value === id ? desk.nowPiece.value : -1));
  const marks = useComputed(() => desk.finder.marksOf(id));
  if (!hasText(line)) {
    const word =
      line.text == null && line.label && !/^speech/i.test(line.label)
        ? `[${line.label}]`
        : t("transcript.noText");
    return (
      <p class={`${styles.text} ${styles.none}`} data-piece={0} data-cursor={cursor.value === 0}>
        {word}
      </p>
    );
  }
  const pieces = piecesOf(line);
  return (
    <p class={styles.text} lang={line.language ?? undefined}>
      {spansOf(line.text ?? "", pieces, marks.value).map((span) => (
        <Word
          key={span.piece === null ? undefined : span.piece}
          span={span}
          piece={span.piece === null ? undefined : pieces[span.piece]}
          isCursor={span.piece !== null && span.piece === cursor.value}
          isNow={span.piece !== null && span.piece === now.value}
        />
      ))}
    </p>
  );
}

interface WordProps {
  span: Span;
  piece: Piece | undefined;
  isCursor: boolean;
  isNow: boolean;
}

function Word({ span, piece, isCursor, isNow }: WordProps) {
  const parts = span.parts.map(({ text, mark }, n) =>
    mark === "none" ? (
      text
    ) : (
      <mark key={n} data-current={mark === "current"}>
        {text}
      </mark>
    ),
  );
  if (piece === undefined) return <>{parts}</>;
  const isLow = isDoubtful(piece, threshold.value);
  return (
    <span
      class={styles.word}
      data-piece={span.piece}
      data-low={isLow || undefined}
      data-cursor={isCursor || undefined}
      data-now={isNow || undefined}
      title={isLow ? t("transcript.wordScore", { score: formatPercent(piece.score ?? 0) }) : undefined}
    >
      {parts}
    </span>
  );
}
