import type { IconNode } from "lucide";
import {
  BoxSelect,
  Hand,
  Magnet,
  MousePointer2,
  Redo2,
  SquareDashedMousePointer,
  StretchHorizontal,
  Undo2,
} from "lucide";
import { type Key, t } from "../../i18n";
import { IconButton } from "../../ui";
import { snapping } from "../document/settings";
import type { Workspace } from "../document/Workspace";
import type { Tool } from "../types";
import styles from "./frame.module.css";
import { useHint } from "./hints";

const TOOLS: readonly { tool: Tool; icon: IconNode; key: Key & `editor.tool${string}` }[] = [
  { tool: "select", icon: MousePointer2, key: "editor.toolSelect" },
  { tool: "create", icon: StretchHorizontal, key: "editor.toolCreate" },
  { tool: "box", icon: BoxSelect, key: "editor.toolBox" },
  { tool: "area", icon: SquareDashedMousePointer, key: "editor.toolArea" },
  { tool: "pan", icon: Hand, key: "editor.toolPan" },
];

/** Tools that are of no use where nothing can be changed. */
const MAKING: ReadonlySet<Tool> = new Set(["create", "box", "area"]);

/** Pressing a tool with the mouse leaves the keyboard where it was, so that Space goes on to play. */
export const keepFocus = (event: MouseEvent) => event.preventDefault();

export function ToolBar({ work }: { work: Workspace }) {
  const hint = useHint();
  const canEdit = work.canEdit.value;
  return (
    <div class={styles.tools} role="toolbar" aria-label={t("editor.tools")} data-part onMouseDown={keepFocus}>
      {TOOLS.map(({ tool, icon, key }) => (
        <IconButton
          key={tool}
          icon={icon}
          label={hint(t(key), key.slice("editor.".length))}
          aria-pressed={work.tool.value === tool}
          disabled={!canEdit && MAKING.has(tool)}
          onClick={() => {
            work.tool.value = tool;
          }}
        />
      ))}
      <IconButton
        icon={Magnet}
        label={hint(t("editor.keySnap"), "keySnap")}
        aria-pressed={snapping.value}
        onClick={() => {
          snapping.value = !snapping.value;
        }}
      />
    </div>
  );
}

export function UndoButtons({ work }: { work: Workspace }) {
  const hint = useHint();
  const document = work.layers.active.value?.document;
  void document?.steps.value;
  const [undoable, redoable] = [document?.undoable ?? null, document?.redoable ?? null];
  const named = (word: string, step: string | null) => (step === null ? word : `${word}: ${step}`);
  return (
    <div class={styles.group} role="group" aria-label={t("editor.keyUndo")} onMouseDown={keepFocus}>
      <IconButton
        icon={Undo2}
        label={hint(named(t("editor.keyUndo"), undoable), "keyUndo")}
        disabled={undoable === null}
        onClick={() => work.undo()}
      />
      <IconButton
        icon={Redo2}
        label={hint(named(t("editor.keyRedo"), redoable), "keyRedo")}
        disabled={redoable === null}
        onClick={() => work.redo()}
      />
    </div>
  );
}
