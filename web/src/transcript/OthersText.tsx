import { FileText } from "lucide";
import { useEffect, useState } from "preact/hooks";
import type { OpenLayer } from "../editor/document/OpenLayer";
import { t } from "../i18n";
import { Button, Icon } from "../ui";
import { withTextOf } from "./choose";
import type { Desk } from "./Desk";
import styles from "./transcript.module.css";

/** One's own annotation has no text, but another has: the way there. */
export function OthersText({ desk }: { desk: Desk }) {
  const [other, setOther] = useState<OpenLayer | null>(null);
  const layer = desk.layer.value;
  useEffect(() => {
    let gone = false;
    void withTextOf(desk).then((found) => {
      if (!gone) setOther(found === layer ? null : found);
    });
    return () => {
      gone = true;
    };
  }, [layer]);
  if (other === null) return null;
  return (
    <div class={styles.banner} role="status">
      <Icon of={FileText} size={16} />
      <span class="grow">{t("transcript.otherHasText", { source: other.header.value.source })}</span>
      <Button kind="primary" onClick={() => desk.choose(other.id)}>
        {t("transcript.readIt")}
      </Button>
    </div>
  );
}
