import { useComputed } from "@preact/signals";
import { Pencil } from "lucide";
import { formatDuration, t } from "../../i18n";
import { IconButton } from "../../ui";
import type { Workspace } from "../document/Workspace";
import { speakerColours } from "../model/speakerColours";
import { speakersOf } from "../model/speakers";
import styles from "./panel.module.css";

/** Who speaks in the annotation that is edited, and for how long; each can be called otherwise. */
export function Speakers({ work }: { work: Workspace }) {
  const speakers = useComputed(() => {
    const document = work.layers.active.value?.document;
    void document?.segments.version.value;
    // Of a part that came first, neither seconds nor segments would be all.
    return document?.loaded.value ? speakersOf(document.segments.all) : [];
  }).value;
  if (speakers.length === 0) return null;
  const colourOf = speakerColours(speakers.map((speaker) => speaker.name));
  return (
    <section class="stack-tight" aria-label={t("transcript.speakers")}>
      <strong class="small">{t("transcript.speakers")}</strong>
      {speakers.map(({ name, count, seconds }) => (
        <div key={name} class={styles.speaker}>
          <span class={styles.dot} style={{ background: colourOf(name) }} aria-hidden />
          <span class="grow truncate">{name}</span>
          <span class="soft small number">
            {t("editor.segmentCount", { count })} · {formatDuration(seconds)}
          </span>
          {work.canEdit.value && (
            <IconButton
              icon={Pencil}
              label={t("transcript.renameOne", { name })}
              onClick={() => {
                work.renamed.value = name;
                work.overlay.value = "rename";
              }}
            />
          )}
        </div>
      ))}
    </section>
  );
}
