import { formatBytes, formatDuration, formatMoment, formatNumber, formatPercent, t } from "../i18n";
import { Facts } from "../ui";
import styles from "./system.module.css";
import type { SystemState } from "./useSystem";

/** From this part on, what fills up needs a look. */
const FULL = 0.9;

function Fill({ label, used, total }: { label: string; used: number; total: number }) {
  const part = total > 0 ? used / total : 0;
  const words = t("system.used", {
    used: formatBytes(used),
    total: formatBytes(total),
    free: formatBytes(Math.max(0, total - used)),
  });
  return (
    <div class="stack-tight">
      <div class="row-between">
        <b>{label}</b>
        <span class={part > FULL ? styles.full : "soft"}>
          {formatPercent(part)}
          {part > FULL && ` · ${t("system.nearlyFull")}`}
        </span>
      </div>
      <div
        class={styles.fill}
        role="meter"
        aria-label={label}
        aria-valuemin={0}
        aria-valuemax={100}
        aria-valuenow={Math.round(part * 100)}
        aria-valuetext={words}
        data-full={part > FULL}
      >
        <div style={{ width: `${Math.min(100, part * 100)}%` }} />
      </div>
      <span class="soft small">{words}</span>
    </div>
  );
}

/** How much room is left. */
export function Room({ system: { disk, memory, cache } }: { system: SystemState }) {
  return (
    <section class="card stack" aria-label={t("system.room")}>
      <h2>{t("system.room")}</h2>
      <Fill label={t("system.disk")} used={disk.total - disk.free} total={disk.total} />
      <Fill label={t("system.memory")} used={memory.total - memory.free} total={memory.total} />
      <Fill label={t("system.cache")} used={cache.bytes} total={cache.limit} />
    </section>
  );
}

/** What is on this server. */
export function Amounts({ system }: { system: SystemState }) {
  return (
    <section class="card stack" aria-label={t("system.amounts")}>
      <h2>{t("system.amounts")}</h2>
      <Facts
        of={[
          [t("system.version"), `Earmark ${system.version}`],
          [t("system.since"), formatMoment(system.started_at)],
          [t("system.database"), system.database],
          [t("system.files"), t(system.files === "s3" ? "system.filesS3" : "system.filesFolder")],
          [t("system.people"), formatNumber(system.people)],
          [t("system.projects"), formatNumber(system.projects)],
          [t("system.recordings"), formatNumber(system.recordings)],
          [t("system.recorded"), formatDuration(system.recorded_seconds)],
          [t("system.media"), formatBytes(system.media_bytes)],
          [t("system.annotations"), formatNumber(system.annotations)],
          [t("system.segments"), formatNumber(system.segments)],
        ]}
      />
      <div class="row">
        <a href="/metrics" target="_blank" rel="noreferrer">
          {t("system.metrics")}
        </a>
        <a href="/docs" target="_blank" rel="noreferrer">
          {t("system.reference")}
        </a>
        <a href="/health" target="_blank" rel="noreferrer">
          {t("system.health")}
        </a>
      </div>
    </section>
  );
}
