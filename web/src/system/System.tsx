import { useEffect } from "preact/hooks";
import { formatAgo, t } from "../i18n";
import { isAdministrator } from "../shell/session";
import { Empty, ErrorNotice } from "../ui";
import { Doctor } from "./Doctor";
import { Amounts, Room } from "./Room";
import { Speed } from "./Speed";
import styles from "./system.module.css";
import { useSystem } from "./useSystem";
import { Work } from "./Work";

/** Seconds between two looks while the page is seen. */
const PATIENCE = 10;

function Overview() {
  const { data: system, error, reload } = useSystem();
  useEffect(() => {
    const timer = setInterval(() => {
      if (document.visibilityState === "visible") void reload();
    }, PATIENCE * 1000);
    return () => clearInterval(timer);
  }, [reload]);
  return (
    <div class="page">
      <div class="row-between">
        <h1>{t("system.title")}</h1>
        {system && (
          <span class="soft small">
            {t("system.refreshed", { ago: formatAgo(system.at), seconds: PATIENCE })}
          </span>
        )}
      </div>
      {error !== null && <ErrorNotice error={error} onRetry={() => void reload()} />}
      <div class={styles.columns}>
        <div class="stack">
          <Doctor />
          {system && <Speed hours={system.jobs_by_hour} />}
        </div>
        {system && (
          <div class="stack">
            <Work system={system} />
            <Room system={system} />
            <Amounts system={system} />
          </div>
        )}
      </div>
    </div>
  );
}

/** How the server is, for those who run it. */
export default function System() {
  if (isAdministrator()) return <Overview />;
  return (
    <div class="page">
      <Empty title={t("system.onlyAdministrators")} />
    </div>
  );
}
