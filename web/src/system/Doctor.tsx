import type { IconNode } from "lucide";
import { CircleCheck, CircleMinus, OctagonX, RotateCw, TriangleAlert } from "lucide";
import { type Key, t } from "../i18n";
import { Button, ErrorNotice, Icon } from "../ui";
import { byState, type FindingState } from "./speed";
import styles from "./system.module.css";
import { type DoctorState, useDoctor } from "./useSystem";

const SIGNS: Record<FindingState, { icon: IconNode; tone: string; word: Key }> = {
  failed: { icon: OctagonX, tone: "badge-bad", word: "system.failed" },
  warning: { icon: TriangleAlert, tone: "badge-warn", word: "system.warning" },
  skipped: { icon: CircleMinus, tone: "", word: "system.skipped" },
  ok: { icon: CircleCheck, tone: "badge-good", word: "system.ok" },
};

type Finding = DoctorState["findings"][number];

/** Words with `commands` in them. */
function Words({ of }: { of: string }) {
  return (
    <>
      {of.split("`").map((part, at) => {
        // The same words may come twice; their order is what tells them apart.
        const key = `${at} ${part}`;
        return at % 2 === 0 ? <span key={key}>{part}</span> : <code key={key}>{part}</code>;
      })}
    </>
  );
}

function FindingView({ finding }: { finding: Finding }) {
  return (
    <li>
      <b>{finding.name}</b>
      <div class="stack-tight">
        <span>
          <Words of={finding.message} />
        </span>
        {finding.do && (
          <span>
            <b>{t("system.todo")}</b> <Words of={finding.do} />
          </span>
        )}
      </div>
    </li>
  );
}

function Group({ state, findings }: { state: FindingState; findings: readonly Finding[] }) {
  const { icon, tone, word } = SIGNS[state];
  const good = state === "ok" || state === "skipped";
  return (
    <details open={!good} class={styles.group}>
      <summary>
        <span class={`badge ${tone}`}>
          <Icon of={icon} size={14} />
          {t(word)}
        </span>{" "}
        <span class="soft">{findings.length}</span>
        {good && <span class="soft small"> {findings.map((one) => one.name).join(", ")}</span>}
      </summary>
      <ul class={styles.findings}>
        {findings.map((finding) => (
          <FindingView key={finding.name} finding={finding} />
        ))}
      </ul>
    </details>
  );
}

/** What the doctor finds, and what to do about it. */
export function Doctor() {
  const { data, error, loading, reload } = useDoctor();
  return (
    <section class="card stack" aria-label={t("system.doctor")}>
      <div class="row-between">
        <h2>{t("system.doctor")}</h2>
        <Button icon={RotateCw} disabled={loading} onClick={() => void reload()}>
          {t("system.lookAgain")}
        </Button>
      </div>
      {error !== null && <ErrorNotice error={error} onRetry={() => void reload()} />}
      {!data && loading && <p class="soft">{t("system.looking")}</p>}
      {data &&
        byState(data.findings).map(([state, some]) => <Group key={state} state={state} findings={some} />)}
    </section>
  );
}
