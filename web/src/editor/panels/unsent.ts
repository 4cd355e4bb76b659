/** Edits that the server does not take, as a file that people can keep. */
import type { AnnotationDocument } from "../document/AnnotationDocument";

export function saveUnsent({ chains, areas }: AnnotationDocument["unsent"], name: string): void {
  const edits = chains.map(({ id, base, mine }) => ({ id, before: base, after: mine }));
  const text = JSON.stringify({ recording: name, saved_at: new Date().toISOString(), edits, areas }, null, 2);
  const url = URL.createObjectURL(new Blob([text], { type: "application/json" }));
  const link = document.createElement("a");
  link.href = url;
  link.download = `${name.replace(/\.[^.]*$/, "")}.edits.json`;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}
