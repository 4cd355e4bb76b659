import { LANGUAGES, type Language, language, setLanguage, t } from "../i18n";
import { setTheme, type Theme, theme } from "../shell/theme";
import { Button } from "../ui";
import styles from "./people.module.css";

const THEMES: readonly { value: Theme; word: "shell.systemTheme" | "shell.light" | "shell.dark" }[] = [
  { value: "system", word: "shell.systemTheme" },
  { value: "light", word: "shell.light" },
  { value: "dark", word: "shell.dark" },
];

/** How the pages look on this device. */
export function Preferences() {
  return (
    <div class={`card stack ${styles.narrow}`}>
      <fieldset class="bare">
        <legend>{t("shell.language")}</legend>
        <div class={styles.choices}>
          {(Object.keys(LANGUAGES) as Language[]).map((one) => (
            <Button
              key={one}
              lang={one}
              aria-pressed={language.value === one}
              onClick={() => setLanguage(one)}
            >
              {LANGUAGES[one]}
            </Button>
          ))}
        </div>
      </fieldset>
      <fieldset class="bare">
        <legend>{t("shell.theme")}</legend>
        <div class={styles.choices}>
          {THEMES.map(({ value, word }) => (
            <Button key={value} aria-pressed={theme.value === value} onClick={() => setTheme(value)}>
              {t(word)}
            </Button>
          ))}
        </div>
      </fieldset>
      <div class="stack-tight">
        <h2>{t("people.keys")}</h2>
        <p class="soft">{t("people.keysHint")}</p>
      </div>
      <p class="soft small">{t("people.preferencesHint")}</p>
    </div>
  );
}
