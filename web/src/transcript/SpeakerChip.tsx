import { Pencil } from "lucide";
import type { Segment } from "../editor/types";
import { t } from "../i18n";
import { Icon } from "../ui";
import type { Desk } from "./Desk";
import { opensTurn } from "./model/rows";
import styles from "./transcript.module.css";

/** Lines of the turn that a line opens. */
function turnOf(desk: Desk, line: Segment): Segment[] {
  const lines = desk.lines.value;
  const from = desk.order.value.get(line.id) ?? 0;
  let to = from + 1;
  while (to < lines.length && !opensTurn(lines[to - 1], lines[to] as Segment)) to++;
  return lines.slice(from, to);
}

/** Who speaks in the turn that begins here; pressed, it selects the turn to give it to somebody else. */
export function SpeakerChip({ desk, line }: { desk: Desk; line: Segment }) {
  const name = line.speaker ?? null;
  const word = name ?? t("transcript.nobody");
  const ask = () => {
    const turn = turnOf(desk, line);
    desk.moveTo({ id: line.id, piece: 0 });
    desk.work.select(
      desk.layer.value?.id ?? null,
      turn.map((one) => one.id),
    );
    desk.shown.value = "speaker";
  };
  if (!desk.canEdit.value && name === null) return null;
  return (
    <button
      type="button"
      class={styles.chip}
      disabled={!desk.canEdit.value}
      data-nobody={name === null}
      aria-label={t("transcript.turnOf", { name: word })}
      onClick={ask}
    >
      <span class={styles.dot} style={{ background: desk.colourOf.value(name) }} aria-hidden />
      <span class="truncate">{word}</span>
      {desk.canEdit.value && <Icon of={Pencil} size={12} />}
    </button>
  );
}
