import { t } from "../i18n";
import { isAdministrator } from "../shell/session";
import { Empty, useQuery } from "../ui";
import { AuditLog } from "./AuditLog";
import { PeopleList } from "./PeopleList";

/** Who works on this server, and what they did. */
export default function People() {
  const [query] = useQuery();
  const log = query.tab === "log";
  if (!isAdministrator()) {
    return (
      <div class="page">
        <Empty title={t("people.onlyAdministrators")} />
      </div>
    );
  }
  return (
    <div class="page">
      <h1>{t("people.title")}</h1>
      <nav class="tabs" aria-label={t("people.title")}>
        <a href="/people" aria-current={log ? undefined : "page"}>
          {t("people.accounts")}
        </a>
        <a href="/people?tab=log" aria-current={log ? "page" : undefined}>
          {t("people.log")}
        </a>
      </nav>
      {log ? <AuditLog /> : <PeopleList />}
    </div>
  );
}
