import { Copy, Play, Scissors, Trash2, ZoomIn } from "lucide";
import { useEffect, useId, useRef } from "preact/hooks";
import { t } from "../../i18n";
import { Button, Check, Field, IconButton } from "../../ui";
import { change, duplicate, relabel, remove, split, toggleUncertain } from "../commands/edit";
import { fitSelection, playSelection } from "../commands/navigate";
import type { Workspace } from "../document/Workspace";
import { isUncertain, withTag } from "../model/segments";
import { formatTime } from "../model/time";
import { withText } from "../model/words";
import type { Segment } from "../types";
import { useHint } from "./hints";
import { LabelChips } from "./LabelChips";
import { Nothing } from "./Nothing";
import { OthersSegment } from "./OthersSegment";
import styles from "./panel.module.css";
import { common, commonTags, speakersOf, totalSeconds } from "./selection";
import { TagEditor } from "./TagEditor";
import { TimeFields } from "./TimeFields";

/** What is selected, field by field; of several, what they have in common. */
export function Inspector({ work }: { work: Workspace }) {
  const why = work.whyNot.value;
  return (
    <>
      {why !== null && (
        <p class="notice small" role="note">
          {t(why)}
        </p>
      )}
      <Chosen work={work} />
    </>
  );
}

function Chosen({ work }: { work: Workspace }) {
  const chosen = work.selected.value;
  if (chosen.length === 0) return <Nothing work={work} />;
  if (work.selectedIds.value.size === 0) return <OthersSegment work={work} segments={chosen} />;
  const key = chosen.length === 1 ? chosen[0]?.id : "several";
  return (
    <div class="stack" key={key}>
      <Head work={work} segments={chosen} />
      <Label work={work} segments={chosen} />
      <Words work={work} segments={chosen} />
      <Who work={work} segments={chosen} />
      <TimeFields work={work} segments={chosen} />
      <TagEditor
        tags={commonTags(chosen)}
        disabled={!work.canEdit.value}
        onSet={(name, value, before) =>
          change(work, t("editor.stepTag"), (one) => {
            const rest = before && before !== name ? withTag(one, before, null) : one;
            return withTag(rest, name, value);
          })
        }
      />
    </div>
  );
}

interface Props {
  work: Workspace;
  segments: readonly Segment[];
}

function Head({ work, segments }: Props) {
  const hint = useHint();
  const disabled = !work.canEdit.value;
  const seconds = formatTime(totalSeconds(segments));
  const title = segments.length > 1 ? t("common.selected", { count: segments.length }) : t("editor.segment");
  return (
    <div class="row-between">
      <div>
        <h2>{title}</h2>
        <span class="soft small">{seconds}</span>
      </div>
      <div class={styles.actions}>
        <IconButton
          icon={Play}
          label={hint(t("editor.keyPlaySegment"), "keyPlaySegment")}
          onClick={() => playSelection(work)}
        />
        <IconButton
          icon={ZoomIn}
          label={hint(t("editor.keyZoomSelection"), "keyZoomSelection")}
          onClick={() => fitSelection(work)}
        />
        <IconButton
          icon={Scissors}
          label={hint(t("editor.keySplit"), "keySplit")}
          disabled={disabled}
          onClick={() => split(work)}
        />
        <IconButton
          icon={Copy}
          label={hint(t("editor.keyDuplicate"), "keyDuplicate")}
          disabled={disabled}
          onClick={() => duplicate(work)}
        />
        <IconButton
          icon={Trash2}
          label={hint(t("editor.keyDelete"), "keyDelete")}
          disabled={disabled}
          onClick={() => remove(work)}
        />
      </div>
    </div>
  );
}

/** Put the focus into a field when a key asked for it. */
function useWanted<E extends HTMLElement>(work: Workspace, field: "label" | "text") {
  const element = useRef<E>(null);
  const wanted = work.wantsFocus.value;
  useEffect(() => {
    if (wanted !== field) return;
    work.wantsFocus.value = null;
    element.current?.focus();
  }, [wanted]);
  return element;
}

function Label({ work, segments }: Props) {
  const input = useWanted<HTMLInputElement>(work, "label");
  const label = common(segments, (one) => one.label ?? "");
  const disabled = !work.canEdit.value;
  const uncertain = common(segments, isUncertain);
  return (
    <div class="stack-tight">
      <Field label={t("editor.label")}>
        {(props) => (
          <input
            class="input"
            {...props}
            ref={input}
            list="label-names"
            maxLength={200}
            disabled={disabled}
            placeholder={label === undefined ? t("editor.mixed") : t("editor.noLabel")}
            value={label ?? ""}
            onChange={(event) => relabel(work, event.currentTarget.value.trim() || null)}
          />
        )}
      </Field>
      <LabelChips work={work} chosen={label ?? null} disabled={disabled} />
      <Check
        label={t("editor.uncertain")}
        checked={uncertain ?? false}
        disabled={disabled}
        onValue={() => toggleUncertain(work)}
      />
    </div>
  );
}

function Words({ work, segments }: Props) {
  const area = useWanted<HTMLTextAreaElement>(work, "text");
  const id = useId();
  const [one] = segments;
  if (segments.length !== 1 || one === undefined) return null;
  const words = one.words?.length ?? 0;
  return (
    <Field label={t("editor.text")} hint={words > 0 ? t("editor.wordsKept", { count: words }) : undefined}>
      {(props) => (
        <textarea
          class="input"
          {...props}
          ref={area}
          rows={3}
          maxLength={100_000}
          disabled={!work.canEdit.value}
          value={one.text ?? ""}
          onInput={(event) => {
            const text = event.currentTarget.value;
            change(work, t("editor.stepText"), (segment) => withText(segment, text), `text ${id}`);
          }}
        />
      )}
    </Field>
  );
}

function Who({ work, segments }: Props) {
  const disabled = !work.canEdit.value;
  const speaker = common(segments, (one) => one.speaker ?? "");
  const language = common(segments, (one) => one.language ?? "");
  const set = (field: "speaker" | "language", value: string) =>
    change(work, t("editor.stepChange"), (one) => ({ ...one, [field]: value.trim() || null }));
  const mixed = (value: string | undefined) => (value === undefined ? t("editor.mixed") : "");
  return (
    <div class={styles.pair}>
      <datalist id="speaker-names">
        {speakersOf(work.document?.segments.all ?? []).map((name) => (
          <option key={name} value={name} />
        ))}
      </datalist>
      <Field label={t("editor.speaker")}>
        {(props) => (
          <input
            class="input"
            {...props}
            list="speaker-names"
            maxLength={200}
            disabled={disabled}
            placeholder={mixed(speaker)}
            value={speaker ?? ""}
            onChange={(event) => set("speaker", event.currentTarget.value)}
          />
        )}
      </Field>
      <Field label={t("editor.language")}>
        {(props) => (
          <input
            class="input"
            {...props}
            maxLength={35}
            disabled={disabled}
            placeholder={mixed(language) || "en"}
            value={language ?? ""}
            onChange={(event) => set("language", event.currentTarget.value)}
          />
        )}
      </Field>
      {speaker && !disabled && work.document?.loaded.value && (
        <Button
          kind="plain"
          class={styles.whole}
          onClick={() => {
            work.renamed.value = speaker;
            work.overlay.value = "rename";
          }}
        >
          <span class="truncate">{t("editor.renameEverywhere", { name: speaker })}</span>
        </Button>
      )}
    </div>
  );
}
