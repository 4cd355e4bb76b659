import { Info, PenLine } from "lucide";
import { useState } from "preact/hooks";
import type { OpenLayer } from "../editor/document/OpenLayer";
import { t } from "../i18n";
import { Button, Icon } from "../ui";
import type { Desk } from "./Desk";
import styles from "./transcript.module.css";

/** Why the text cannot be edited, and the way to where it can. */
export function Reading({ desk }: { desk: Desk }) {
  const { work } = desk;
  const [busy, setBusy] = useState(false);
  const layer = desk.layer.value;
  if (layer === null || desk.canEdit.value) return null;
  const own = work.layers.active.value;
  const correct = async () => {
    setBusy(true);
    const time = work.player.time.peek();
    await work.begin(layer.id);
    const mine = work.layers.activeId.value;
    if (mine !== null && mine !== layer.id) {
      desk.chosenId.value = mine;
      desk.goTo(time);
    }
    setBusy(false);
  };
  return (
    <div class={styles.banner} role="status">
      <Icon of={Info} size={16} />
      <span class="grow">{reason(desk, layer)}</span>
      {own !== null && own !== layer && (
        <Button onClick={() => desk.choose(own.id)}>{t("transcript.toMine")}</Button>
      )}
      {work.subject.rights.annotate && (
        <Button
          kind={own === null ? "primary" : "normal"}
          icon={PenLine}
          disabled={busy}
          onClick={() => void correct()}
        >
          {t(own === null ? "transcript.correct" : "transcript.correctCopy")}
        </Button>
      )}
    </div>
  );
}

function reason(desk: Desk, layer: OpenLayer): string {
  const header = layer.header.value;
  if (!desk.work.subject.rights.annotate) return t("transcript.mayRead");
  if (header.kind !== "person") return t("transcript.byMachine", { source: header.source });
  if (header.author_id !== desk.work.subject.user.id)
    return t("transcript.byOther", { source: header.source });
  return t(header.status === "reviewed" ? "transcript.isReviewed" : "transcript.isSubmitted");
}
