import { Unplug } from "lucide";
import { useEffect, useState } from "preact/hooks";
import { t } from "../../i18n";
import { Button, complain, Icon } from "../../ui";
import { forget, type Interrupted, interruptedOf } from "./sender";
import { totals, uploads } from "./store";

const SHOWN = 5;

/** Uploads that a closed or reloaded page left behind: the browser gives files to us only when they are chosen again. */
export function InterruptedNotice({ projectId, onChoose }: { projectId: string; onChoose: () => void }) {
  const [left, setLeft] = useState<readonly Interrupted[]>([]);
  const { ended, count } = totals.value;
  useEffect(() => {
    const own = new Set(uploads.value.map(({ name }) => name));
    interruptedOf(projectId).then((all) => setLeft(all.filter(({ name }) => !own.has(name))), complain);
  }, [projectId, ended, count]);
  if (left.length === 0) return null;
  const names = left.slice(0, SHOWN).map(({ name }) => name);
  return (
    <div class="notice notice-warn" role="status">
      <Icon of={Unplug} />
      <div class="grow stack-tight">
        <strong>{t("upload.interrupted", { count: left.length })}</strong>
        <span>
          {t("upload.chooseAgain")} {names.join(", ")}
          {left.length > SHOWN && ` ${t("upload.more", { count: left.length - SHOWN })}`}
        </span>
      </div>
      <div class="row">
        <Button onClick={onChoose}>{t("upload.files")}</Button>
        <Button kind="plain" onClick={() => forget(left).then(() => setLeft([]), complain)}>
          {t("upload.forget")}
        </Button>
      </div>
    </div>
  );
}
