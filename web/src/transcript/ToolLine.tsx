import type { IconNode } from "lucide";
import {
  CircleQuestionMark,
  Languages,
  ListPlus,
  PanelRight,
  PenLine,
  Redo2,
  Replace,
  Scissors,
  Search,
  Trash2,
  Undo2,
  UserRound,
  WrapText,
} from "lucide";
import { caps } from "../editor/commands/keys";
import type { Key } from "../i18n";
import { t } from "../i18n";
import { IconButton } from "../ui";
import { COMMANDS, hint } from "./commands";
import type { Desk } from "./Desk";
import { panelOpen } from "./settings";
import styles from "./transcript.module.css";
import { beginTyping } from "./write";

/** Pressing a tool with the mouse leaves the keyboard where it was. */
const keepFocus = (event: MouseEvent) => event.preventDefault();

function run(desk: Desk, title: Key): void {
  COMMANDS.find((one) => one.title === title)?.run(desk);
}

const ON_LINES: readonly [Key, IconNode][] = [
  ["transcript.keySplit", Scissors],
  ["transcript.keyMergeAfter", WrapText],
  ["transcript.keySpeaker", UserRound],
  ["transcript.keyLanguage", Languages],
  ["transcript.keyDelete", Trash2],
];

/** What can be done to the cursor's line, with its keys. */
export function ToolLine({ desk }: { desk: Desk }) {
  const { finder, work } = desk;
  const hasLine = desk.line.value !== undefined && desk.canEdit.value;
  const document = desk.canEdit.value ? work.layers.active.value?.document : undefined;
  void document?.steps.value;
  const named = (title: Key, step: string | null | undefined) =>
    step ? `${hint(title, caps)}: ${step}` : hint(title, caps);
  return (
    <div
      class={styles.tools}
      role="toolbar"
      aria-label={t("transcript.tools")}
      data-part
      onMouseDown={keepFocus}
    >
      <IconButton
        icon={Undo2}
        label={named("transcript.keyUndo", document?.undoable)}
        disabled={!document?.undoable}
        onClick={() => work.undo()}
      />
      <IconButton
        icon={Redo2}
        label={named("transcript.keyRedo", document?.redoable)}
        disabled={!document?.redoable}
        onClick={() => work.redo()}
      />
      <span class={styles.rule} />
      <IconButton
        icon={PenLine}
        label={hint("transcript.keyEdit", caps)}
        disabled={!hasLine}
        onClick={() => desk.line.value && beginTyping(desk, desk.line.value.id)}
      />
      <IconButton
        icon={ListPlus}
        label={hint("transcript.keyInsert", caps)}
        disabled={!desk.canEdit.value}
        onClick={() => run(desk, "transcript.keyInsert")}
      />
      {ON_LINES.map(([title, icon]) => (
        <IconButton
          key={title}
          icon={icon}
          label={hint(title, caps)}
          disabled={!hasLine}
          onClick={() => run(desk, title)}
        />
      ))}
      <span class={styles.rule} />
      <IconButton
        icon={Search}
        label={hint("transcript.keyFind", caps)}
        aria-pressed={finder.open.value === "find"}
        onClick={() => (finder.open.value === "find" ? finder.close() : finder.show("find"))}
      />
      <IconButton
        icon={Replace}
        label={hint("transcript.keyReplace", caps)}
        aria-pressed={finder.open.value === "replace"}
        onClick={() => (finder.open.value === "replace" ? finder.close() : finder.show("replace"))}
      />
      <span class="grow" />
      <IconButton
        icon={CircleQuestionMark}
        label={hint("transcript.keyHelp", caps)}
        onClick={() => run(desk, "transcript.keyHelp")}
      />
      <IconButton
        class={styles.first}
        icon={PanelRight}
        label={t("transcript.panel")}
        aria-pressed={panelOpen.value}
        onClick={() => {
          panelOpen.value = !panelOpen.value;
        }}
      />
    </div>
  );
}
