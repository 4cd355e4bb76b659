import { useState } from "preact/hooks";
import { ask, POST } from "../api/client";
import type { SchemaMadeToken, SchemaScope } from "../api/schema";
import { t } from "../i18n";
import { session } from "../shell/session";
import { Button, Dialog, ErrorNotice, mistakeAt, SelectField, TextField } from "../ui";
import { endOf, LIVES, type Life } from "./tokens";

const SCOPES = [
  { scope: "read", word: "people.scopeRead" },
  { scope: "annotate", word: "people.scopeAnnotate" },
  { scope: "transcribe", word: "people.scopeTranscribe" },
  { scope: "manage", word: "people.scopeManage" },
  { scope: "admin", word: "people.scopeAdmin" },
] as const;

function Scopes({
  chosen,
  onChange,
}: {
  chosen: ReadonlySet<SchemaScope>;
  onChange: (s: Set<SchemaScope>) => void;
}) {
  const mine = session.value?.scopes ?? [];
  const toggle = (scope: SchemaScope) => {
    const after = new Set(chosen);
    if (!after.delete(scope)) after.add(scope);
    onChange(after);
  };
  return (
    <fieldset class="bare">
      <legend>{t("people.scopes")}</legend>
      <div class="stack-tight">
        {SCOPES.filter(({ scope }) => mine.includes(scope)).map(({ scope, word }) => (
          <label key={scope} class="check">
            <input type="checkbox" checked={chosen.has(scope)} onChange={() => toggle(scope)} />
            <span>
              <b class="mono">{scope}</b> <span class="soft">{t(word)}</span>
            </span>
          </label>
        ))}
      </div>
    </fieldset>
  );
}

interface Props {
  onMade: (token: SchemaMadeToken) => void;
  onClose: () => void;
}

/** Make a token for a program that works in one's name. */
export function NewToken({ onMade, onClose }: Props) {
  const [name, setName] = useState("");
  const [life, setLife] = useState<Life>("90");
  const [scopes, setScopes] = useState<Set<SchemaScope>>(new Set(["read"]));
  const [error, setError] = useState<unknown>(null);
  const submit = async (event: Event) => {
    event.preventDefault();
    setError(null);
    const body = { name, scopes: [...scopes], expires_at: endOf(life, Date.now()) };
    try {
      onMade(await ask(POST("/api/v1/tokens", { body })));
    } catch (failed) {
      setError(failed);
    }
  };
  return (
    <Dialog title={t("people.newToken")} onClose={onClose}>
      <form class="stack" onSubmit={submit}>
        {error !== null && <ErrorNotice error={error} />}
        <TextField
          label={t("people.tokenName")}
          hint={t("people.tokenNameHint")}
          error={mistakeAt(error, "name")}
          value={name}
          onValue={setName}
          required
          autofocus
        />
        <Scopes chosen={scopes} onChange={setScopes} />
        <SelectField
          label={t("people.tokenEnds")}
          value={life}
          choices={LIVES.map((value) => ({
            value,
            label:
              value === "never" ? t("people.tokenNever") : t("people.tokenDays", { count: Number(value) }),
          }))}
          onValue={(value) => setLife(LIVES.find((one) => one === value) ?? "90")}
        />
        <div class="dialog-actions">
          <Button onClick={onClose}>{t("common.cancel")}</Button>
          <Button type="submit" kind="primary" disabled={scopes.size === 0}>
            {t("common.create")}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
