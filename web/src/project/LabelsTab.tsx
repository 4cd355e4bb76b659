import { Plus } from "lucide";
import { useMemo, useRef, useState } from "preact/hooks";
import { ask, PUT } from "../api/client";
import { t } from "../i18n";
import { Button, Empty } from "../ui";
import { Allowed } from "./Allowed";
import { LabelRow } from "./LabelRow";
import {
  aliasesOf,
  draftOf,
  freeColour,
  freeHotkey,
  type LabelDraft,
  type Labels,
  MOST_LABELS,
  mistakesIn,
  moved,
  setOf,
} from "./labels";
import type { TabProps } from "./ProjectSettings";
import styles from "./project.module.css";
import { RemoveLabel } from "./RemoveLabel";
import { SaveBar } from "./SaveBar";
import { useGuard } from "./useGuard";
import { useSaving } from "./useSaving";

let made = 0;

function freshLabel(labels: Labels): LabelDraft {
  const key = `new ${++made}`;
  return { key, name: "", colour: freeColour(labels), hotkey: freeHotkey(labels), aliases: "", was: null };
}

function same(a: Labels, b: Labels): boolean {
  return JSON.stringify(setOf(a)) === JSON.stringify(setOf(b));
}

/** The labels of a project: their names, colours, keys and order. */
export function LabelsTab({ loaded, view, onReload }: TabProps) {
  const { project } = view;
  const kept = useMemo(() => draftOf(project.labels), [project.labels]);
  const [labels, setLabels] = useState<Labels>(kept);
  const [dragged, setDragged] = useState<number | null>(null);
  const [over, setOver] = useState<number | null>(null);
  const [removing, setRemoving] = useState<LabelDraft | null>(null);
  const list = useRef<HTMLUListElement>(null);
  const mistakes = useMemo(() => mistakesIn(labels), [labels]);
  const dirty = !same(labels, kept);
  const saving = useSaving(
    (ifMatch) => {
      const params = { path: { project_id: project.id }, header: { "if-match": ifMatch } };
      return ask(PUT("/api/v1/projects/{project_id}/labels", { params, body: { labels: setOf(labels) } }));
    },
    (saved) => {
      loaded.put(saved);
      setLabels(draftOf(saved.labels));
    },
  );
  const guard = useGuard(dirty);
  const change = (key: string, given: Partial<LabelDraft>) =>
    setLabels(labels.map((label) => (label.key === key ? { ...label, ...given } : label)));
  const move = (from: number, to: number) => {
    setLabels(moved(labels, from, to));
    // The handle keeps the focus, wherever its row is now.
    const key = labels[from]?.key ?? "";
    requestAnimationFrame(() => {
      list.current?.querySelector<HTMLElement>(`[data-handle="${CSS.escape(key)}"]`)?.focus();
    });
  };
  const remove = (label: LabelDraft) => {
    setLabels(labels.filter(({ key }) => key !== label.key));
    setRemoving(null);
  };
  const add = () => {
    const label = freshLabel(labels);
    setLabels([...labels, label]);
    requestAnimationFrame(() => {
      list.current?.querySelector<HTMLElement>(`[data-name="${CSS.escape(label.key)}"] input`)?.focus();
    });
  };
  const drop = () => {
    if (dragged !== null && over !== null) move(dragged, over);
    setDragged(null);
    setOver(null);
  };
  return (
    <div class={styles.wide}>
      <p class="soft">{t("project.labelsHint")}</p>
      <Allowed view={view} to="manage">
        {labels.length === 0 ? (
          <Empty title={t("project.noLabels")}>
            <p>{t("project.noLabelsHint")}</p>
          </Empty>
        ) : (
          <>
            <div class={styles.labelHeads} aria-hidden="true">
              <span />
              <span />
              <span>{t("common.name")}</span>
              <span>{t("project.hotkey")}</span>
              <span>{t("project.aliases")}</span>
              <span />
            </div>
            <ul class={styles.labels} ref={list} aria-label={t("project.labels")}>
              {labels.map((label, index) => (
                <LabelRow
                  key={label.key}
                  {...{ label, index }}
                  last={index === labels.length - 1}
                  mistakes={mistakes.get(label.key) ?? {}}
                  over={over === index && dragged !== null}
                  onChange={(given) => change(label.key, given)}
                  onMove={(by) => move(index, index + by)}
                  onRemove={() => (label.was === null ? remove(label) : setRemoving(label))}
                  onDragBegin={() => setDragged(index)}
                  onDragOver={() => setOver(index)}
                  onDrop={drop}
                />
              ))}
            </ul>
          </>
        )}
        <div>
          <Button icon={Plus} onClick={add} disabled={labels.length >= MOST_LABELS}>
            {t("project.addLabel")}
          </Button>
        </div>
      </Allowed>
      <SaveBar
        {...{ dirty, saving, onReload }}
        valid={mistakes.size === 0}
        version={project.version}
        onDiscard={() => setLabels(kept)}
      />
      {removing && (
        <RemoveLabel
          projectId={project.id}
          name={removing.was ?? removing.name}
          names={[removing.was ?? removing.name, ...aliasesOf(removing.aliases)]}
          onConfirm={() => remove(removing)}
          onClose={() => setRemoving(null)}
        />
      )}
      {guard}
    </div>
  );
}
