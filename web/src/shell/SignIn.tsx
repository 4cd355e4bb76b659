import { useState } from "preact/hooks";
import { t } from "../i18n";
import { Button, ErrorNotice, TextField } from "../ui";
import { signIn } from "./session";
import styles from "./shell.module.css";

export function SignIn() {
  const [login, setLogin] = useState("");
  const [password, setPassword] = useState("");
  const [error, setError] = useState<unknown>(null);
  const [busy, setBusy] = useState(false);
  const submit = async (event: Event) => {
    event.preventDefault();
    setBusy(true);
    setError(null);
    try {
      await signIn(login, password);
    } catch (failed) {
      setError(failed);
    } finally {
      setBusy(false);
    }
  };
  return (
    <main class={styles.signIn}>
      <form class="card stack" onSubmit={submit}>
        <div class="row">
          <img src="/icon.svg" alt="" width="32" height="32" />
          <h1>Earmark</h1>
        </div>
        {error !== null && <ErrorNotice error={error} />}
        <TextField
          label={t("shell.login")}
          value={login}
          onValue={setLogin}
          autocomplete="username"
          autocapitalize="none"
          required
          autofocus
        />
        <TextField
          label={t("shell.password")}
          value={password}
          onValue={setPassword}
          type="password"
          autocomplete="current-password"
          required
        />
        <Button type="submit" kind="primary" disabled={busy}>
          {t("shell.signIn")}
        </Button>
        <p class="soft small">{t("shell.signInHint")}</p>
      </form>
    </main>
  );
}
