import { useMemo } from "preact/hooks";
import { formatDuration, formatMoment, formatNumber, t } from "../i18n";
import { Chart } from "../ui/Chart";
import { type Hour, speedOf, totalsOf } from "./speed";
import styles from "./system.module.css";

const times = (value: number) => formatNumber(value, { maximumFractionDigits: 1 });

function Figures({ hours }: { hours: readonly Hour[] }) {
  return (
    <details>
      <summary>{t("system.asTable")}</summary>
      <div class={`table-frame ${styles.hours}`}>
        <table class="table">
          <thead>
            <tr>
              <th>{t("system.hour")}</th>
              <th class="end">{t("system.done")}</th>
              <th class="end">{t("system.jobsFailed")}</th>
              <th class="end">{t("system.sound")}</th>
              <th class="end">{t("system.speed")}</th>
            </tr>
          </thead>
          <tbody>
            {[...hours].reverse().map((hour) => {
              const speed = speedOf(hour);
              return (
                <tr key={hour.hour}>
                  <td class="number">{formatMoment(hour.hour)}</td>
                  <td class="end number">{hour.done}</td>
                  <td class="end number">{hour.failed}</td>
                  <td class="end number">{formatDuration(hour.audio_seconds)}</td>
                  <td class="end number">{speed === null ? "" : `${times(speed)}×`}</td>
                </tr>
              );
            })}
          </tbody>
        </table>
      </div>
    </details>
  );
}

/** Jobs and speed of the last two days. */
export function Speed({ hours }: { hours: readonly Hour[] }) {
  const totals = totalsOf(hours);
  const { x, jobs, speeds } = useMemo(
    () => ({
      x: hours.map((hour) => Date.parse(hour.hour) / 1000),
      jobs: [
        { name: t("system.done"), values: hours.map((hour) => hour.done), bars: true },
        {
          name: t("system.jobsFailed"),
          values: hours.map((hour) => hour.failed),
          colour: "--bad",
          dash: [4, 3],
        },
      ],
      speeds: [{ name: t("system.speed"), values: hours.map(speedOf), bars: true, colour: "--good" }],
    }),
    [hours],
  );
  const jobWords = t("system.jobsWords", {
    done: totals.done,
    failed: totals.failed,
    busiest: totals.busiest ? formatMoment(totals.busiest.hour) : t("common.none"),
    most: totals.busiest?.done ?? 0,
  });
  const speedWords =
    totals.speed === null
      ? t("system.noSpeed")
      : t("system.speedWords", { time: formatDuration(totals.audioSeconds), times: times(totals.speed) });
  return (
    <section class="card stack" aria-label={t("system.lastDays")}>
      <h2>{t("system.lastDays")}</h2>
      <div class={styles.charts}>
        <figure>
          <figcaption>{t("system.jobsByHour")}</figcaption>
          <Chart label={jobWords} x={x} time lines={jobs} />
          <p class="soft small">{jobWords}</p>
        </figure>
        <figure>
          <figcaption>{t("system.speedByHour")}</figcaption>
          <Chart label={speedWords} x={x} time lines={speeds} format={(value) => `${times(value)}×`} />
          <p class="soft small">{speedWords}</p>
        </figure>
      </div>
      <Figures hours={hours} />
    </section>
  );
}
