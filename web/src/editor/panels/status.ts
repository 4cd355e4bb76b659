/** How an annotation goes from hand to hand. */
import { ask, PATCH } from "../../api/client";
import type { SchemaAnnotationAnswer, SchemaAnnotationStatus } from "../../api/schema";
import type { Key } from "../../i18n";
import { complain } from "../../ui";
import type { OpenLayer } from "../document/OpenLayer";
import type { Rights } from "../document/subject";

export interface Step {
  readonly to: SchemaAnnotationStatus;
  readonly word: Key;
}

/** What a person may do with the status of an annotation. */
export function stepsOf(header: SchemaAnnotationAnswer, userId: string, rights: Rights): Step[] {
  const { status, kind, author_id } = header;
  const isAuthor = kind === "person" && (author_id === userId || rights.manage) && rights.annotate;
  const steps: Step[] = [];
  if (status === "draft" && isAuthor) steps.push({ to: "submitted", word: "editor.submit" });
  if (status === "submitted" && rights.manage) steps.push({ to: "reviewed", word: "editor.approve" });
  if (status === "submitted" && isAuthor) steps.push({ to: "draft", word: "editor.reopen" });
  if (status === "reviewed" && rights.manage) {
    steps.push({ to: kind === "person" ? "draft" : "submitted", word: "editor.reopen" });
  }
  return steps;
}

/** Change the status of exactly what is on the screen, once it is saved. */
export async function changeStatus(layer: OpenLayer, to: SchemaAnnotationStatus): Promise<boolean> {
  try {
    const state = await layer.document.settled();
    if (state.kind !== "saved") return false;
    const answer = await ask(
      PATCH("/api/v1/annotations/{annotation_id}", {
        params: {
          path: { annotation_id: layer.id },
          header: { "if-match": `"${layer.document.revision}"` },
        },
        body: { status: to },
      }),
    );
    layer.take(answer);
    layer.document.refresh();
    return true;
  } catch (error) {
    complain(error);
    return false;
  }
}
