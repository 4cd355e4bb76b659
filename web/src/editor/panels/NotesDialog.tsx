import { Button, Dialog } from "../../ui";
import { seek } from "../commands/navigate";
import type { Workspace } from "../document/Workspace";
import { formatTime } from "../model/time";

/** What is to be known of an annotation, for example what a model left out and why. */
export function NotesDialog({ work }: { work: Workspace }) {
  const layer = work.layers.open.value.find((one) => one.id === work.notesOf.value);
  const close = () => {
    work.overlay.value = null;
  };
  if (layer === undefined) return null;
  return (
    <Dialog title={layer.header.value.source} onClose={close}>
      {layer.header.value.notes.map((note, n) => (
        <div key={n} class="notice">
          <div class="grow stack-tight">
            <span>{note.message}</span>
            {note.text && <q class="soft">{note.text}</q>}
          </div>
          {note.start !== null && (
            <Button
              kind="plain"
              onClick={() => {
                seek(work, note.start ?? 0);
                close();
              }}
            >
              {formatTime(note.start, 1)}
            </Button>
          )}
        </div>
      ))}
    </Dialog>
  );
}
