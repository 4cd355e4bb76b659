import { Bot, FileOutput, RotateCcw, Tags, Trash2, X } from "lucide";
import { useState } from "preact/hooks";
import type { SchemaBulkAction } from "../api/schema";
import { t } from "../i18n";
import type { Permission } from "../project/roles";
import { Button, ConfirmDialog, complain, Dialog, IconButton, say, TextField } from "../ui";
import { bulk, idsThatFit, type Target } from "./bulk";
import { ExportDialog } from "./ExportDialog";
import { parseTags } from "./facts";
import type { Filters } from "./filters";
import { leftOutWords } from "./leftOut";
import styles from "./recordings.module.css";

interface Props {
  projectId: string;
  filters: Filters;
  selected: readonly string[];
  /** How many fit the filter, as the server counts them. */
  count: number | null;
  countIsMore: boolean;
  can: (permission: Permission) => boolean;
  onClear: () => void;
  onSelectShown: () => void;
  onDone: () => void;
}

type Asked = { action: SchemaBulkAction } | { action: "export"; ids: readonly string[] } | null;

function TagDialog(props: {
  untag: boolean;
  count: string;
  busy: boolean;
  onTags: (tags: string[]) => void;
  onClose: () => void;
}) {
  const [text, setText] = useState("");
  const tags = parseTags(text);
  return (
    <Dialog title={props.untag ? t("library.untag") : t("library.tag")} onClose={props.onClose}>
      <form
        class="stack"
        onSubmit={(event) => {
          event.preventDefault();
          if (tags.length > 0) props.onTags(tags);
        }}
      >
        <p>{props.count}</p>
        <TextField
          autofocus
          label={t("library.tags")}
          hint={t("library.tagsHint")}
          value={text}
          onValue={setText}
        />
        <div class="dialog-actions">
          <Button onClick={props.onClose}>{t("common.cancel")}</Button>
          <Button type="submit" kind="primary" disabled={tags.length === 0 || props.busy}>
            {props.untag ? t("library.untag") : t("library.tag")}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}

function useBulk({ projectId, onDone, onClear }: Props, target: Target, close: () => void) {
  const [busy, setBusy] = useState(false);
  const words = {
    tag: (count: number) => t("library.didTag", { count }),
    untag: (count: number) => t("library.didUntag", { count }),
    trash: (count: number) => t("library.didTrash", { count }),
    restore: (count: number) => t("library.didRestore", { count }),
    annotate: (count: number) => t("library.didAnnotate", { count }),
  };
  const run = async (action: SchemaBulkAction, tags: string[] = []) => {
    setBusy(true);
    try {
      const { changed, left } = await bulk(projectId, action, target, { tags });
      const rest = leftOutWords(left);
      const undo = () => {
        bulk(projectId, "restore", target).then(onDone, complain);
      };
      // What a filter fits is another set once it was trashed: there the trash itself is the way back.
      const back = action === "trash" && target.kind === "ids";
      say(
        rest === "" ? words[action](changed) : `${words[action](changed)}. ${rest}`,
        back ? { label: t("common.undo"), run: undo } : undefined,
      );
      onClear();
      onDone();
    } catch (error) {
      complain(error);
    } finally {
      setBusy(false);
      close();
    }
  };
  return { busy, run };
}

/** What can be done with the chosen recordings, or with all that fit. */
export function BulkBar(props: Props) {
  const { projectId, filters, selected, count, countIsMore, can, onClear, onSelectShown } = props;
  const [everything, setEverything] = useState(false);
  const [asked, setAsked] = useState<Asked>(null);
  const target: Target = everything ? { kind: "filter", filters } : { kind: "ids", ids: selected };
  const { busy, run } = useBulk(props, target, () => setAsked(null));
  const all = countIsMore ? t("library.moreThan", { count: count ?? 0 }) : String(count ?? "");
  const told = everything
    ? t("library.allThatFit", { count: all })
    : t("common.selected", { count: selected.length });
  const exportThem = async () => {
    if (!everything) return setAsked({ action: "export", ids: selected });
    const { ids, rest } = await idsThatFit(projectId, filters);
    if (rest) say(t("library.exportRest", { count: ids.length }));
    setAsked({ action: "export", ids });
  };
  const selectAll = () => {
    onSelectShown();
    setEverything(true);
  };
  // Few that are chosen by hand are annotated or trashed at once: both can be taken back.
  const begin = (action: SchemaBulkAction) =>
    everything || action === "annotate" ? setAsked({ action }) : void run(action);
  return (
    <div class={styles.bulk} role="region" aria-label={t("library.bulk")}>
      <IconButton icon={X} label={t("library.clearSelection")} onClick={onClear} />
      <strong class="number" aria-live="polite">
        {told}
      </strong>
      {!everything && count !== null && count > selected.length && (
        <Button kind="plain" onClick={selectAll}>
          {t("library.selectAllThatFit", { count: all })}
        </Button>
      )}
      {everything && (
        <Button kind="plain" onClick={() => setEverything(false)}>
          {t("library.onlyShown")}
        </Button>
      )}
      <span class="grow" />
      {filters.trashed ? (
        <Button icon={RotateCcw} disabled={busy || !can("manage")} onClick={() => begin("restore")}>
          {t("common.restore")}
        </Button>
      ) : (
        <>
          <Button icon={Bot} disabled={busy || !can("manage")} onClick={() => begin("annotate")}>
            {t("library.annotate")}
          </Button>
          <Button icon={Tags} disabled={busy || !can("annotate")} onClick={() => setAsked({ action: "tag" })}>
            {t("library.tag")}
          </Button>
          <Button disabled={busy || !can("annotate")} onClick={() => setAsked({ action: "untag" })}>
            {t("library.untag")}
          </Button>
          <Button icon={FileOutput} disabled={busy} onClick={() => exportThem().catch(complain)}>
            {t("library.export")}
          </Button>
          <Button icon={Trash2} disabled={busy || !can("manage")} onClick={() => begin("trash")}>
            {t("library.trash")}
          </Button>
        </>
      )}
      {(asked?.action === "tag" || asked?.action === "untag") && (
        <TagDialog
          untag={asked.action === "untag"}
          count={told}
          busy={busy}
          onTags={(tags) => void run(asked.action as SchemaBulkAction, tags)}
          onClose={() => setAsked(null)}
        />
      )}
      {asked?.action === "export" && (
        <ExportDialog projectId={projectId} ids={asked.ids} onClose={() => setAsked(null)} />
      )}
      {(asked?.action === "annotate" || asked?.action === "trash" || asked?.action === "restore") && (
        <ConfirmDialog
          title={told}
          action={actionWord(asked.action)}
          busy={busy}
          onConfirm={() => void run(asked.action as SchemaBulkAction)}
          onClose={() => setAsked(null)}
        >
          <p>{sureWords(asked.action)}</p>
        </ConfirmDialog>
      )}
    </div>
  );
}

function actionWord(action: "annotate" | "trash" | "restore"): string {
  return { annotate: t("library.annotate"), trash: t("library.trash"), restore: t("common.restore") }[action];
}

function sureWords(action: "annotate" | "trash" | "restore"): string {
  return {
    annotate: t("library.sureAnnotate"),
    trash: t("library.sureTrash"),
    restore: t("library.sureRestore"),
  }[action];
}
