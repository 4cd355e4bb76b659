import type { Command } from "../commands/registry";
import type { Workspace } from "../document/Workspace";
import { BeginDialog } from "./BeginDialog";
import { ConflictDialog } from "./ConflictDialog";
import { KeysDialog } from "./KeysDialog";
import { NotesDialog } from "./NotesDialog";
import { RenameSpeaker } from "./RenameSpeaker";
import { SubmitDialog } from "./SubmitDialog";

/** What is open over the timeline. */
export function Overlays({ work, commands }: { work: Workspace; commands: readonly Command[] }) {
  const close = () => {
    work.overlay.value = null;
  };
  switch (work.overlay.value) {
    case "keys":
      return <KeysDialog commands={commands} onClose={close} />;
    case "begin":
      return <BeginDialog work={work} />;
    case "conflicts":
      return <ConflictDialog work={work} />;
    case "notes":
      return <NotesDialog work={work} />;
    case "rename":
      return (
        <RenameSpeaker
          work={work}
          canEdit={work.canEdit.value}
          annotationId={work.active?.id ?? null}
          segments={work.document?.segments.all ?? []}
          from={work.renamed.value}
          onClose={close}
        />
      );
    case "submit":
      return <SubmitDialog work={work} />;
    default:
      return null;
  }
}
