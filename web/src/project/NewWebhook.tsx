import { useState } from "preact/hooks";
import { ask, POST } from "../api/client";
import type { SchemaMadeWebhook } from "../api/schema";
import { t } from "../i18n";
import { Button, Check, CopyButton, Dialog, ErrorNotice, mistakeAt, TextField } from "../ui";
import styles from "./project.module.css";

/** What programs mostly want to hear of; without any of them they hear of everything. */
const KINDS = [
  "recording.created",
  "recording.imported",
  "recording.failed",
  "annotation.created",
  "annotation.submitted",
  "annotation.reviewed",
  "job.done",
  "job.failed",
  "project.updated",
  "member.set",
] as const;

interface Props {
  projectId: string;
  onMade: (made: SchemaMadeWebhook) => void;
  onClose: () => void;
}

export function NewWebhook({ projectId, onMade, onClose }: Props) {
  const [url, setUrl] = useState("");
  const [kinds, setKinds] = useState<readonly string[]>([]);
  const [error, setError] = useState<unknown>(null);
  const create = async (event: Event) => {
    event.preventDefault();
    setError(null);
    try {
      const params = { path: { project_id: projectId } };
      const body = { url: url.trim(), kinds: [...kinds] };
      onMade(await ask(POST("/api/v1/projects/{project_id}/webhooks", { params, body })));
    } catch (failed) {
      setError(failed);
    }
  };
  return (
    <Dialog title={t("project.addWebhook")} onClose={onClose}>
      <form class="stack" onSubmit={create}>
        {error !== null && mistakeAt(error, "url") === null && <ErrorNotice error={error} />}
        <TextField
          type="url"
          autofocus
          required
          label={t("project.address")}
          hint={t("project.addressHint")}
          placeholder="https://example.org/earmark"
          value={url}
          onValue={setUrl}
          error={mistakeAt(error, "url")}
        />
        <fieldset class={styles.kinds}>
          <legend>{kinds.length === 0 ? t("project.kindsAll") : t("project.kinds")}</legend>
          {KINDS.map((kind) => (
            <Check
              key={kind}
              label={kind}
              checked={kinds.includes(kind)}
              onValue={(on) => setKinds(KINDS.filter((one) => (one === kind ? on : kinds.includes(one))))}
            />
          ))}
        </fieldset>
        <div class="dialog-actions">
          <Button onClick={onClose}>{t("common.cancel")}</Button>
          <Button type="submit" kind="primary">
            {t("common.create")}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}

/** A secret that the server tells once. */
export function SecretDialog({ secret, onClose }: { secret: string; onClose: () => void }) {
  return (
    <Dialog title={t("project.secret")} onClose={onClose}>
      <p>{t("project.secretHint")}</p>
      <p class={styles.secret}>{secret}</p>
      <div class="dialog-actions">
        <CopyButton text={secret} />
        <Button kind="primary" onClick={onClose}>
          {t("project.secretKept")}
        </Button>
      </div>
    </Dialog>
  );
}
