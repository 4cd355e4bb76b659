import { CircleUserRound } from "lucide";
import { useState } from "preact/hooks";
import { formatMoment, t } from "../i18n";
import { isOpenAccess, loadSession, session } from "../shell/session";
import { Button, ErrorNotice, Facts, Icon, mistakeAt, say, TextField } from "../ui";
import styles from "./people.module.css";
import { changePerson, type Person, setPassword } from "./usePeople";

function NameForm({ person }: { person: Person }) {
  const [name, setName] = useState(person.name);
  const [error, setError] = useState<unknown>(null);
  const submit = async (event: Event) => {
    event.preventDefault();
    setError(null);
    try {
      await changePerson(person.id, { name });
      await loadSession();
      say(t("common.saved"));
    } catch (failed) {
      setError(failed);
    }
  };
  return (
    <form class="stack" onSubmit={submit}>
      {error !== null && <ErrorNotice error={error} />}
      <TextField
        label={t("people.name")}
        hint={t("people.nameHint")}
        error={mistakeAt(error, "name")}
        value={name}
        onValue={setName}
        required
      />
      <div>
        <Button type="submit" disabled={name === person.name}>
          {t("common.save")}
        </Button>
      </div>
    </form>
  );
}

function PasswordForm({ person }: { person: Person }) {
  const [current, setCurrent] = useState("");
  const [password, setNew] = useState("");
  const [again, setAgain] = useState("");
  const [error, setError] = useState<unknown>(null);
  const differs = again !== "" && again !== password;
  const submit = async (event: Event) => {
    event.preventDefault();
    if (password !== again) return;
    setError(null);
    try {
      await setPassword(person.id, password, current);
      for (const clear of [setCurrent, setNew, setAgain]) clear("");
      say(t("people.passwordChanged"));
    } catch (failed) {
      setError(failed);
    }
  };
  return (
    <form class="stack" onSubmit={submit}>
      <p class="soft">{t("people.passwordEnds")}</p>
      {error !== null && <ErrorNotice error={error} />}
      <TextField
        label={t("people.currentPassword")}
        error={mistakeAt(error, "current")}
        type="password"
        autocomplete="current-password"
        value={current}
        onValue={setCurrent}
        required
      />
      <TextField
        label={t("people.newPassword")}
        hint={t("people.passwordHint")}
        error={mistakeAt(error, "password")}
        type="password"
        autocomplete="new-password"
        value={password}
        onValue={setNew}
        required
      />
      <TextField
        label={t("people.passwordAgain")}
        error={differs ? t("people.passwordDiffers") : null}
        type="password"
        autocomplete="new-password"
        value={again}
        onValue={setAgain}
        required
      />
      <div>
        <Button type="submit" disabled={differs}>
          {t("people.changePassword")}
        </Button>
      </div>
    </form>
  );
}

function OpenAccess() {
  return (
    <div class={`notice ${styles.narrow}`}>
      <Icon of={CircleUserRound} />
      <div class="stack-tight">
        <strong>{t("people.openTitle")}</strong>
        <p>{t("people.openHint")}</p>
        <p>{t("people.openLeave")}</p>
      </div>
    </div>
  );
}

/** Who one is, and one's password. */
export function Profile() {
  const known = session.value;
  if (!known) return null;
  if (isOpenAccess()) return <OpenAccess />;
  const { user } = known;
  return (
    <div class={`stack ${styles.narrow}`}>
      <section class="card stack">
        <Facts
          of={[
            [
              t("people.login"),
              <span key="l" class="mono">
                {user.login}
              </span>,
            ],
            [t("people.may"), user.is_administrator ? t("people.administrator") : t("people.ordinary")],
            [t("people.made"), formatMoment(user.created_at)],
          ]}
        />
        <NameForm person={user} />
      </section>
      <section class="card stack">
        <h2>{t("people.changePassword")}</h2>
        <PasswordForm person={user} />
      </section>
    </div>
  );
}
