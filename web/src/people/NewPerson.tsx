import { useState } from "preact/hooks";
import { ask, POST } from "../api/client";
import { t } from "../i18n";
import { Button, Check, Dialog, ErrorNotice, mistakeAt, TextField } from "../ui";
import { PasswordChoice } from "./PasswordChoice";
import { makePassword } from "./passwords";
import type { Person } from "./usePeople";

interface Props {
  onMade: (person: Person, password: string) => void;
  onClose: () => void;
}

/** Make an account for somebody. */
export function NewPerson({ onMade, onClose }: Props) {
  const [login, setLogin] = useState("");
  const [name, setName] = useState("");
  const [password, setPassword] = useState(makePassword);
  const [administrator, setAdministrator] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const [busy, setBusy] = useState(false);
  const submit = async (event: Event) => {
    event.preventDefault();
    setBusy(true);
    setError(null);
    const body = { login, name: name.trim() || login, password, is_administrator: administrator };
    try {
      onMade(await ask(POST("/api/v1/users", { body })), password);
    } catch (failed) {
      setError(failed);
      setBusy(false);
    }
  };
  return (
    <Dialog title={t("people.new")} onClose={onClose}>
      <form class="stack" onSubmit={submit}>
        {error !== null && <ErrorNotice error={error} />}
        <TextField
          label={t("people.login")}
          hint={t("people.loginHint")}
          error={mistakeAt(error, "login")}
          value={login}
          onValue={setLogin}
          autocomplete="off"
          autocapitalize="none"
          required
          autofocus
        />
        <TextField
          label={t("people.name")}
          hint={t("people.nameHint")}
          error={mistakeAt(error, "name")}
          value={name}
          onValue={setName}
          autocomplete="off"
        />
        <PasswordChoice value={password} onValue={setPassword} error={mistakeAt(error, "password")} />
        <Check label={t("people.makeAdministrator")} checked={administrator} onValue={setAdministrator} />
        <div class="dialog-actions">
          <Button onClick={onClose}>{t("common.cancel")}</Button>
          <Button type="submit" kind="primary" disabled={busy}>
            {t("common.create")}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
