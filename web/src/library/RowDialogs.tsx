import type { SchemaRecordingAnswer } from "../api/schema";
import { t } from "../i18n";
import { ConfirmDialog, complain } from "../ui";
import { EditDialog } from "./EditDialog";
import { ExportDialog } from "./ExportDialog";
import type { RowAction } from "./RowMenu";
import { purge } from "./rowActions";

export interface Dialogue {
  readonly action: RowAction;
  readonly recording: SchemaRecordingAnswer;
}

interface Props extends Dialogue {
  onSaved: (recording: SchemaRecordingAnswer) => void;
  onDone: () => void;
  onClose: () => void;
}

/** What is asked about one recording. */
export function RowDialogs({ action, recording, onSaved, onDone, onClose }: Props) {
  if (action.kind === "edit") return <EditDialog {...{ recording, onSaved, onClose }} field={action.field} />;
  if (action.kind === "export") {
    return <ExportDialog projectId={recording.project_id} ids={[recording.id]} onClose={onClose} />;
  }
  const forGood = () => {
    purge(recording).then(onDone, complain);
    onClose();
  };
  return (
    <ConfirmDialog
      title={t("library.purgeTitle", { name: recording.name })}
      action={t("library.purge")}
      onConfirm={forGood}
      onClose={onClose}
    >
      <p>{t("library.surePurge")}</p>
    </ConfirmDialog>
  );
}
