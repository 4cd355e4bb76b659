import { Upload as UploadIcon } from "lucide";
import { useEffect, useState } from "preact/hooks";
import { t } from "../../i18n";
import { complain, Icon } from "../../ui";
import { filesOf } from "./entries";
import { sendAll } from "./panel";
import styles from "./upload.module.css";

function holdsFiles(event: DragEvent): boolean {
  return event.dataTransfer?.types.includes("Files") ?? false;
}

/** Takes files and folders that are dropped anywhere on the page. */
export function DropZone({ projectId, name }: { projectId: string; name: string }) {
  const [over, setOver] = useState(false);
  useEffect(() => {
    let depth = 0;
    const enter = (event: DragEvent) => {
      if (!holdsFiles(event)) return;
      depth++;
      setOver(true);
    };
    const leave = (event: DragEvent) => {
      if (!holdsFiles(event)) return;
      depth = Math.max(depth - 1, 0);
      if (depth === 0) setOver(false);
    };
    const hover = (event: DragEvent) => {
      if (holdsFiles(event)) event.preventDefault();
    };
    const drop = (event: DragEvent) => {
      depth = 0;
      setOver(false);
      if (!holdsFiles(event) || event.dataTransfer === null) return;
      event.preventDefault();
      filesOf(event.dataTransfer).then((chosen) => sendAll(projectId, chosen), complain);
    };
    const listeners = { dragenter: enter, dragleave: leave, dragover: hover, drop } as const;
    for (const [kind, listener] of Object.entries(listeners)) {
      addEventListener(kind as "drop", listener);
    }
    return () => {
      for (const [kind, listener] of Object.entries(listeners)) {
        removeEventListener(kind as "drop", listener);
      }
    };
  }, [projectId]);
  if (!over) return null;
  return (
    <div class={styles.over}>
      <div class={styles.overText}>
        <Icon of={UploadIcon} size={40} />
        <strong>{t("upload.drop", { name })}</strong>
        <span class="soft">{t("upload.dropHint")}</span>
      </div>
    </div>
  );
}
