import {
  AudioLines,
  Bot,
  Calendar,
  Download,
  EllipsisVertical,
  FileOutput,
  Pencil,
  RotateCcw,
  ScrollText,
  StickyNote,
  Tags,
  Trash2,
} from "lucide";
import type { SchemaRecordingAnswer } from "../api/schema";
import { t } from "../i18n";
import type { Permission } from "../project/roles";
import { Icon, Menu, type MenuItem } from "../ui";

export type Field = "name" | "tags" | "notes" | "recorded_at";
export type RowAction =
  | {
      readonly kind:
        | "open"
        | "transcript"
        | "download"
        | "annotate"
        | "export"
        | "trash"
        | "restore"
        | "purge";
    }
  | { readonly kind: "edit"; readonly field: Field };

interface Props {
  recording: SchemaRecordingAnswer;
  can: (permission: Permission) => boolean;
  onAction: (action: RowAction, recording: SchemaRecordingAnswer) => void;
}

/** Everything that one can do with one recording. */
export function RowMenu({ recording, can, onAction }: Props) {
  const act = (action: RowAction) => () => onAction(action, recording);
  const edits: [Field, string, typeof Pencil][] = [
    ["name", t("library.rename"), Pencil],
    ["tags", t("library.editTags"), Tags],
    ["notes", t("library.editNotes"), StickyNote],
    ["recorded_at", t("library.editRecordedAt"), Calendar],
  ];
  const ready = recording.state === "ready";
  const fixed = !can("annotate");
  const here: MenuItem[] = [
    { label: t("common.open"), icon: AudioLines, onSelect: act({ kind: "open" }), disabled: !ready },
    {
      label: t("library.transcript"),
      icon: ScrollText,
      onSelect: act({ kind: "transcript" }),
      disabled: !ready,
    },
    ...edits.map(([field, label, icon]) => ({
      label,
      icon,
      onSelect: act({ kind: "edit", field }),
      disabled: fixed,
    })),
    {
      label: t("library.annotate"),
      icon: Bot,
      onSelect: act({ kind: "annotate" }),
      disabled: !ready || !can("manage"),
    },
    { label: t("library.export"), icon: FileOutput, onSelect: act({ kind: "export" }), disabled: !ready },
    {
      label: t("library.original"),
      icon: Download,
      onSelect: act({ kind: "download" }),
      disabled: recording.checksum === null,
    },
    { label: t("library.trash"), icon: Trash2, onSelect: act({ kind: "trash" }), disabled: !can("manage") },
  ];
  const trashed: MenuItem[] = [
    {
      label: t("common.restore"),
      icon: RotateCcw,
      onSelect: act({ kind: "restore" }),
      disabled: !can("manage"),
    },
    { label: t("library.purge"), icon: Trash2, onSelect: act({ kind: "purge" }), disabled: !can("manage") },
  ];
  return (
    <Menu
      kind="plain"
      button={<Icon of={EllipsisVertical} />}
      label={t("library.actionsOf", { name: recording.name })}
      items={recording.deleted_at === null ? here : trashed}
    />
  );
}
