import { LocateFixed } from "lucide";
import { useRef } from "preact/hooks";
import { formatPercent, t } from "../i18n";
import { Button } from "../ui";
import type { Desk } from "./Desk";
import { Line } from "./Line";
import { isDoubtful, piecesOf } from "./model/pieces";
import { opensTurn } from "./model/rows";
import { following, textSize, threshold } from "./settings";
import styles from "./transcript.module.css";
import { useScroll } from "./useScroll";
import { beginTyping } from "./write";

/** What lies under a pointer: a word of a line. */
function pointed(event: Event): { id: string; piece: number | null; play: boolean } | null {
  const target = event.target instanceof Element ? event.target : null;
  const id = target?.closest<HTMLElement>("[data-line]")?.dataset.line;
  if (id === undefined) return null;
  const piece = target?.closest<HTMLElement>("[data-piece]")?.dataset.piece;
  return {
    id,
    piece: piece === undefined ? null : Number(piece),
    play: target?.closest("[data-play]") != null,
  };
}

function onClick(desk: Desk, event: MouseEvent): void {
  const found = pointed(event);
  if (found === null || desk.typing.peek()?.id === found.id) return;
  // Marking text to copy it is no click on a word.
  if (getSelection()?.toString()) return;
  const { id, piece } = found;
  if (event.shiftKey) desk.extendTo({ id, piece: piece ?? 0 });
  else if (found.play) {
    desk.moveTo({ id, piece: 0 });
    desk.playLine(id);
  } else if (piece === null) desk.moveTo({ id, piece: 0 });
  else if (event.ctrlKey || event.metaKey) desk.moveTo({ id, piece });
  else desk.hear({ id, piece });
}

function onDouble(desk: Desk, event: MouseEvent): void {
  const found = pointed(event);
  if (found === null || found.play || desk.typing.peek()?.id === found.id) return;
  const line = desk.lineOf(found.id);
  getSelection()?.removeAllRanges();
  const place = line && found.piece !== null ? piecesOf(line)[found.piece]?.at : undefined;
  beginTyping(desk, found.id, place ?? line?.text?.length ?? 0);
}

/** The text: only lines near the screen are there, however many there are. */
export function Script({ desk }: { desk: Desk }) {
  const frame = useRef<HTMLDivElement>(null);
  const scroll = useScroll(desk, frame);
  const { from, to } = scroll.shown.value;
  const lines = desk.lines.value;
  const size = textSize.value;
  const isAway = desk.work.player.playing.value && following.value && desk.away.value;
  return (
    <div class={styles.scriptFrame}>
      {/* biome-ignore lint/a11y/useKeyWithClickEvents: all of this is done by keys on the page */}
      <div
        ref={frame}
        class={styles.script}
        style={{ fontSize: `${size}px` }}
        role="list"
        aria-label={t("transcript.title")}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: the cursor moves in it by keys
        tabIndex={0}
        data-part
        onClick={(event) => onClick(desk, event)}
        onDblClick={(event) => onDouble(desk, event)}
        onMouseDown={(event) => {
          // A double click is no selection of text.
          if (event.detail > 1 && pointed(event) && !(event.target instanceof HTMLTextAreaElement))
            event.preventDefault();
        }}
      >
        <div style={{ height: `${scroll.before.value}px` }} aria-hidden />
        {lines.slice(from, to).map((line, n) => (
          <Line
            key={line.id}
            desk={desk}
            line={line}
            opens={opensTurn(lines[from + n - 1], line)}
            observer={scroll.observer}
          />
        ))}
        <div style={{ height: `${scroll.after.value}px` }} aria-hidden />
      </div>
      {isAway && (
        <div class={styles.back}>
          <Button
            icon={LocateFixed}
            kind="primary"
            onClick={() => {
              desk.away.value = false;
            }}
          >
            {t("transcript.backToPlayhead")}
          </Button>
        </div>
      )}
      <CursorWords desk={desk} />
    </div>
  );
}

/** Read aloud where the cursor is. */
function CursorWords({ desk }: { desk: Desk }) {
  const [line, cursor] = [desk.line.value, desk.cursor.value];
  const piece = line && cursor ? piecesOf(line)[cursor.piece] : undefined;
  const words = [piece?.text ?? (line ? t("transcript.noText") : "")];
  if (cursor?.piece === 0 && line?.speaker) words.unshift(`${line.speaker}:`);
  if (piece && isDoubtful(piece, threshold.value)) {
    words.push(t("transcript.wordScore", { score: formatPercent(piece.score ?? 0) }));
  }
  return (
    <p class="visually-hidden" aria-live="polite">
      {desk.typing.value ? "" : words.join(" ")}
    </p>
  );
}
