import { History } from "lucide";
import { useState } from "preact/hooks";
import { ask, GET, POST } from "../../api/client";
import type { SchemaRevisionAnswer } from "../../api/schema";
import { formatAgo, formatMoment, t } from "../../i18n";
import { Button, ConfirmDialog, complain, Dialog, More, usePages } from "../../ui";
import type { OpenLayer } from "../document/OpenLayer";

interface Props {
  layer: OpenLayer;
  canEdit: boolean;
  onClose: () => void;
}

/** Who changed the annotation when; any earlier state can be brought back, as a new revision. */
export function HistoryDialog({ layer, canEdit, onClose }: Props) {
  const path = { annotation_id: layer.id };
  const revision = layer.header.value.revision;
  const pages = usePages(
    (cursor) =>
      ask(
        GET("/api/v1/annotations/{annotation_id}/revisions", {
          params: { path, query: { cursor, limit: 50 } },
        }),
      ),
    [layer.id, revision],
  );
  const [wanted, setWanted] = useState<number | null>(null);
  const revert = async (number: number) => {
    try {
      await layer.document.settled();
      const body = { base_revision: layer.document.revision, to_revision: number };
      const done = await ask(POST("/api/v1/annotations/{annotation_id}/revert", { params: { path }, body }));
      layer.take(done.annotation);
      layer.document.hear(done.annotation.revision);
      setWanted(null);
    } catch (error) {
      complain(error);
    }
  };
  if (wanted !== null) {
    return (
      <ConfirmDialog
        title={t("editor.revertTitle", { number: wanted })}
        action={t("editor.revert")}
        onConfirm={() => void revert(wanted)}
        onClose={() => setWanted(null)}
      >
        <p>{t("editor.revertText")}</p>
      </ConfirmDialog>
    );
  }
  return (
    <Dialog title={t("editor.historyTitle")} onClose={onClose}>
      <ol class="stack" style={{ listStyle: "none", padding: 0, margin: 0 }}>
        {pages.items.map((one) => (
          <li key={one.number} class="row-between">
            <Line revision={one} />
            {canEdit && one.number < revision && (
              <Button icon={History} onClick={() => setWanted(one.number)}>
                {t("editor.revert")}
              </Button>
            )}
          </li>
        ))}
      </ol>
      <More pages={pages} />
    </Dialog>
  );
}

function Line({ revision }: { revision: SchemaRevisionAnswer }) {
  const { number, author, created_at, change_count, reverts_to } = revision;
  const what =
    reverts_to !== null
      ? t("editor.revertsTo", { number: reverts_to })
      : t(number === 1 ? "editor.segmentCount" : "editor.changeCount", { count: change_count });
  return (
    <span>
      <strong>{number}</strong> · {author ?? "Earmark"} · {what}
      <span class="soft small" title={formatMoment(created_at)}>
        {" "}
        · {formatAgo(created_at)}
      </span>
    </span>
  );
}
