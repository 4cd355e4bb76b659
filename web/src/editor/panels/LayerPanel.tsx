import { useComputed } from "@preact/signals";
import { CheckCheck, CopyPlus, Eye, EyeOff, Info, Pencil, RotateCcw } from "lucide";
import { formatPercent, t } from "../../i18n";
import { Bar, Button, Empty, IconButton } from "../../ui";
import { ownersOf } from "../canvas/owners";
import { acceptable, takeAll } from "../commands/review";
import type { OpenLayer } from "../document/OpenLayer";
import type { Workspace } from "../document/Workspace";
import styles from "./panel.module.css";

/** All annotations of the recording: which are shown, which one is edited, what is taken over from models. */
export function LayerPanel({ work }: { work: Workspace }) {
  const layers = work.layers.open.value;
  const active = work.layers.active.value;
  const inOrder = [...layers].sort((a, b) => Number(b === active) - Number(a === active));
  return (
    <div class="stack">
      <div class="row-between">
        <h2>{t("editor.layers")}</h2>
        {work.subject.rights.annotate && (
          <Button
            icon={CopyPlus}
            onClick={() => {
              work.overlay.value = "begin";
            }}
          >
            {t("editor.begin")}
          </Button>
        )}
      </div>
      {layers.length === 0 && (
        <Empty title={t("editor.noLayers")}>
          <p>{t("editor.noLayersHint")}</p>
        </Empty>
      )}
      {inOrder.map((layer) => (
        <LayerCard key={layer.id} work={work} layer={layer} />
      ))}
    </div>
  );
}

interface Props {
  work: Workspace;
  layer: OpenLayer;
}

function LayerCard({ work, layer }: Props) {
  const header = layer.header.value;
  const isActive = layer === work.layers.active.value;
  const visible = layer.visible.value;
  void layer.document.segments.version.value;
  const count = layer.document.loaded.value ? layer.document.segments.size : header.segment_count;
  const lane = header.kind === "person" ? undefined : ownersOf(work.layers.layers.value).get(layer.id);
  const mine = header.kind === "person" && header.author_id === work.subject.user.id;
  return (
    <article class={styles.layer} data-active={isActive} aria-label={header.source}>
      <div class={styles.layerHead}>
        <div class="grow">
          <strong>{mine ? t("editor.mine") : header.source}</strong>
          <div class="soft small">
            {lane ?? t(`editor.kind_${header.kind}`)} · {t("editor.segmentCount", { count })}
            {isActive && ` · ${t("editor.isEdited")}`}
          </div>
        </div>
        <IconButton
          icon={visible ? Eye : EyeOff}
          label={t(visible ? "editor.hide" : "editor.show")}
          aria-pressed={visible}
          onClick={() => layer.show(!visible)}
        />
      </div>
      <Loading layer={layer} />
      {header.kind !== "person" && visible && <ModelControls work={work} layer={layer} />}
      <div class="row">
        {!isActive && header.kind === "person" && (mine || work.subject.rights.manage) && (
          <Button kind="plain" icon={Pencil} onClick={() => work.layers.activate(layer.id)}>
            {t("editor.editThis")}
          </Button>
        )}
        {!isActive && work.subject.rights.annotate && (
          <Button
            kind="plain"
            icon={CopyPlus}
            disabled={work.busy.value}
            onClick={() => void work.begin(layer.id)}
          >
            {t("editor.copyAsMine")}
          </Button>
        )}
        {header.notes.length > 0 && (
          <Button
            kind="plain"
            icon={Info}
            onClick={() => {
              work.notesOf.value = layer.id;
              work.overlay.value = "notes";
            }}
          >
            {t("editor.notes", { count: header.notes.length })}
          </Button>
        )}
      </div>
    </article>
  );
}

function Loading({ layer }: { layer: OpenLayer }) {
  const { document, header } = layer;
  void document.segments.version.value;
  if (!layer.visible.value || document.loaded.value) return null;
  const total = Math.max(1, header.value.segment_count);
  return <Bar label={t("common.loading")} value={document.segments.size / total} />;
}

function ModelControls({ work, layer }: Props) {
  const { version } = layer.document.segments;
  const left = useComputed(() => {
    void version.value;
    void work.layers.active.value?.document.segments.version.value;
    void layer.rejected.ids.value;
    return acceptable(work, layer).length;
  });
  const rejected = layer.rejected.ids.value.size;
  const least = layer.minScore.value;
  const id = `score-${layer.id}`;
  return (
    <>
      <div class={styles.slider}>
        <label for={id}>{t("editor.minScore")}</label>
        <input
          id={id}
          type="range"
          min={0}
          max={1}
          step={0.01}
          value={least}
          onInput={(event) => {
            layer.minScore.value = Number(event.currentTarget.value);
          }}
        />
        <span class="number">{formatPercent(least)}</span>
      </div>
      <div class="row">
        <Button icon={CheckCheck} disabled={left.value === 0} onClick={() => takeAll(work, layer)}>
          {least > 0
            ? t("editor.acceptAbove", { count: left.value, score: formatPercent(least) })
            : t("editor.acceptAll", { count: left.value })}
        </Button>
        {rejected > 0 && (
          <Button
            kind="plain"
            icon={layer.showRejected.value ? EyeOff : RotateCcw}
            onClick={() => {
              layer.showRejected.value = !layer.showRejected.value;
            }}
          >
            {t(layer.showRejected.value ? "editor.hideRejected" : "editor.showRejected", { count: rejected })}
          </Button>
        )}
      </div>
    </>
  );
}
