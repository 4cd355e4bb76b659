import { useState } from "preact/hooks";
import { t } from "../i18n";
import { Button, ConfirmDialog, complain, Dialog, ErrorNotice, mistakeAt, TextField } from "../ui";
import { PasswordChoice } from "./PasswordChoice";
import { makePassword } from "./passwords";
import { changePerson, type Person, setPassword } from "./usePeople";

interface Props {
  person: Person;
  onChanged: (person: Person) => void;
  onClose: () => void;
}

/** Change what others see of a person. */
export function Rename({ person, onChanged, onClose }: Props) {
  const [name, setName] = useState(person.name);
  const [error, setError] = useState<unknown>(null);
  const submit = async (event: Event) => {
    event.preventDefault();
    try {
      onChanged(await changePerson(person.id, { name }));
    } catch (failed) {
      setError(failed);
    }
  };
  return (
    <Dialog title={t("people.rename")} onClose={onClose}>
      <form class="stack" onSubmit={submit}>
        {error !== null && <ErrorNotice error={error} />}
        <TextField
          label={t("people.name")}
          error={mistakeAt(error, "name")}
          value={name}
          onValue={setName}
          required
          autofocus
        />
        <div class="dialog-actions">
          <Button onClick={onClose}>{t("common.cancel")}</Button>
          <Button type="submit" kind="primary">
            {t("common.save")}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}

interface ResetProps {
  person: Person;
  onDone: (password: string) => void;
  onClose: () => void;
}

/** Give somebody a new password. */
export function ResetPassword({ person, onDone, onClose }: ResetProps) {
  const [password, setTyped] = useState(makePassword);
  const [error, setError] = useState<unknown>(null);
  const submit = async (event: Event) => {
    event.preventDefault();
    try {
      await setPassword(person.id, password);
      onDone(password);
    } catch (failed) {
      setError(failed);
    }
  };
  return (
    <Dialog title={t("people.resetTitle", { name: person.name })} onClose={onClose}>
      <form class="stack" onSubmit={submit}>
        <p>{t("people.resetHint")}</p>
        {error !== null && <ErrorNotice error={error} />}
        <PasswordChoice value={password} onValue={setTyped} error={mistakeAt(error, "password")} />
        <div class="dialog-actions">
          <Button onClick={onClose}>{t("common.cancel")}</Button>
          <Button type="submit" kind="primary">
            {t("people.reset")}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}

/** Ask before an account is closed. */
export function CloseAccount({ person, onChanged, onClose }: Props) {
  const [busy, setBusy] = useState(false);
  const confirm = async () => {
    setBusy(true);
    try {
      onChanged(await changePerson(person.id, { active: false }));
    } catch (error) {
      complain(error);
      onClose();
    }
  };
  return (
    <ConfirmDialog
      title={t("people.closeTitle", { name: person.name })}
      action={t("people.closeAccount")}
      onConfirm={() => void confirm()}
      onClose={onClose}
      busy={busy}
    >
      {t("people.closeHint")}
    </ConfirmDialog>
  );
}
