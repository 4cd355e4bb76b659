import { LogOut } from "lucide";
import { useRoute } from "preact-iso";
import { t } from "../i18n";
import { isOpenAccess, signOut } from "../shell/session";
import { Button, complain } from "../ui";
import { Preferences } from "./Preferences";
import { Profile } from "./Profile";
import { Tokens } from "./Tokens";

const TABS = [
  { tab: "profile", href: "/account", word: "people.profile", page: Profile },
  { tab: "tokens", href: "/account/tokens", word: "people.tokens", page: Tokens },
  { tab: "preferences", href: "/account/preferences", word: "people.preferences", page: Preferences },
] as const;

/** What belongs to the one who works here: name, password, tokens, language and look. */
export default function Account() {
  const { params } = useRoute();
  const shown = TABS.find(({ tab }) => tab === params.tab) ?? TABS[0];
  const Page = shown.page;
  return (
    <div class="page">
      <div class="row-between">
        <h1>{t("people.account")}</h1>
        {!isOpenAccess() && (
          <Button icon={LogOut} onClick={() => signOut().catch(complain)}>
            {t("shell.signOut")}
          </Button>
        )}
      </div>
      <nav class="tabs" aria-label={t("people.account")}>
        {TABS.map(({ tab, href, word }) => (
          <a key={tab} href={href} aria-current={tab === shown.tab ? "page" : undefined}>
            {t(word)}
          </a>
        ))}
      </nav>
      <Page />
    </div>
  );
}
