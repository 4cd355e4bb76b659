import { useState } from "preact/hooks";
import { t } from "../../i18n";
import { Button, Dialog, Empty, type Fact, Facts } from "../../ui";
import type { Chain, Choice } from "../document/Pending";
import type { Workspace } from "../document/Workspace";
import { formatTime } from "../model/time";
import type { Segment } from "../types";
import styles from "./panel.module.css";

/** So many are shown at once; the rest follows as they are decided. */
const SHOWN = 50;

/** Segments that others changed too: both versions, and a choice for each or for all. */
export function ConflictDialog({ work }: { work: Workspace }) {
  const document = work.layers.active.value?.document;
  void document?.state.value;
  const [, setCount] = useState(0);
  const close = () => {
    work.overlay.value = null;
  };
  const conflicts = document?.conflicts ?? [];
  const decide = (chains: readonly Chain[], choice: Choice) => {
    document?.resolve(new Map(chains.map((chain) => [chain.id, choice])));
    setCount((count) => count + 1);
    if (chains.length === conflicts.length) close();
  };
  if (conflicts.length === 0) {
    return (
      <Dialog title={t("editor.conflictTitle")} onClose={close}>
        <Empty title={t("editor.conflictsGone")} />
      </Dialog>
    );
  }
  return (
    <Dialog wide title={t("editor.conflictTitle")} onClose={close}>
      <p>{t("editor.conflictText")}</p>
      {conflicts.length > 1 && (
        <div class="row">
          <Button onClick={() => decide(conflicts, "mine")}>
            {t("editor.keepAllMine", { count: conflicts.length })}
          </Button>
          <Button onClick={() => decide(conflicts, "theirs")}>
            {t("editor.takeAllTheirs", { count: conflicts.length })}
          </Button>
        </div>
      )}
      {conflicts.slice(0, SHOWN).map((chain) => (
        <Conflict key={chain.id} work={work} chain={chain} onDecide={(choice) => decide([chain], choice)} />
      ))}
    </Dialog>
  );
}

interface Props {
  work: Workspace;
  chain: Chain;
  onDecide: (choice: Choice) => void;
}

function Conflict({ work, chain, onDecide }: Props) {
  const { mine, base } = chain;
  const shown = mine ?? base;
  const play = () => shown && void work.player.playRange(shown.start, shown.end);
  return (
    <section class="card stack">
      <div class="row-between">
        <strong>
          {shown ? `${shown.label ?? t("editor.noLabel")} · ${formatTime(shown.start)}` : chain.id}
        </strong>
        <Button kind="plain" onClick={play}>
          {t("editor.keyPlaySegment")}
        </Button>
      </div>
      <div class={styles.versions}>
        <Version
          title={t("editor.yours")}
          action={t("editor.keepMine")}
          segment={mine}
          other={base}
          onTake={() => onDecide("mine")}
        />
        <Version
          title={t("editor.theirs")}
          action={t("editor.takeTheirs")}
          segment={base}
          other={mine}
          onTake={() => onDecide("theirs")}
        />
      </div>
    </section>
  );
}

interface VersionProps {
  title: string;
  action: string;
  segment: Segment | null;
  other: Segment | null;
  onTake: () => void;
}

function Version({ title, action, segment, other, onTake }: VersionProps) {
  return (
    <div class="stack-tight">
      <span class="soft small">{title}</span>
      {segment === null ? <em>{t("editor.deletedVersion")}</em> : <Facts of={factsOf(segment, other)} />}
      <Button onClick={onTake}>{action}</Button>
    </div>
  );
}

/** What differs stands in bold. */
function factsOf(segment: Segment, other: Segment | null): Fact[] {
  const all = (one: Segment): [string, string | null | undefined][] => [
    [t("editor.label"), one.label],
    [t("editor.start"), formatTime(one.start)],
    [t("editor.end"), formatTime(one.end)],
    [t("editor.text"), one.text],
    [t("editor.speaker"), one.speaker],
    [t("editor.language"), one.language],
    [t("editor.low"), one.low_hz?.toString()],
    [t("editor.high"), one.high_hz?.toString()],
    [t("editor.tags"), one.tags?.map(([name, value]) => `${name}: ${value}`).join(", ")],
  ];
  const theirs = other === null ? [] : all(other);
  return all(segment).map(([name, value], n) => {
    const differs = other !== null && (value ?? "") !== (theirs[n]?.[1] ?? "");
    return [name, differs ? <strong>{value || "—"}</strong> : value];
  });
}
