import { useMemo } from "preact/hooks";
import { formatNumber, formatPercent, t } from "../i18n";
import { Facts } from "../ui";
import { Chart } from "../ui/Chart";
import { type Confusion, type Curve, type Grid, type Json, metricsOf, shares } from "./metrics";
import styles from "./models.module.css";

const short = (value: number) => formatNumber(value, { maximumFractionDigits: 4 });

function CurveView({ curve }: { curve: Curve }) {
  const lines = useMemo(() => [{ name: curve.name, values: curve.values }], [curve]);
  const known = curve.values.filter((value): value is number => value !== null);
  const [first, last] = [known[0] ?? 0, known.at(-1) ?? 0];
  const words = t("models.curve", {
    name: curve.name,
    first: short(first),
    last: short(last),
    low: short(Math.min(...known)),
    high: short(Math.max(...known)),
  });
  return (
    <figure class={styles.curve}>
      <figcaption>
        <b>{curve.name}</b>
      </figcaption>
      <Chart label={words} x={curve.x} lines={lines} height={120} />
      <p class="small soft">{words}</p>
    </figure>
  );
}

function GridView({ grid }: { grid: Grid }) {
  return (
    <div class="table-frame">
      <table class="table" aria-label={grid.name}>
        <thead>
          <tr>
            <th>{grid.name}</th>
            {grid.columns.map((column) => (
              <th key={column} class="end">
                {column}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {grid.rows.map((row) => (
            <tr key={row.name}>
              <th scope="row">{row.name}</th>
              {row.values.map((value, at) => (
                <td key={grid.columns[at]} class="end number">
                  {value === null ? "" : short(value)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function ConfusionView({ confusion }: { confusion: Confusion }) {
  const parts = shares(confusion);
  return (
    <div class="stack-tight">
      <h3>{t("models.confusion")}</h3>
      <p class="soft small">{t("models.confusionHint")}</p>
      <div class="table-frame">
        <table class={`table ${styles.confusion}`}>
          <thead>
            <tr>
              <th>{t("models.truth")}</th>
              {confusion.labels.map((label) => (
                <th key={label} class="end">
                  {label}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {confusion.labels.map((label, row) => (
              <tr key={label}>
                <th scope="row">{label}</th>
                {confusion.labels.map((said, column) => {
                  const part = parts[row]?.[column] ?? null;
                  const right = row === column;
                  const depth = `${Math.round((part ?? 0) * 100)}%`;
                  const tone = right ? "--good-soft" : "--bad-soft";
                  return (
                    <td
                      key={said}
                      class="end number"
                      style={{ background: `color-mix(in srgb, var(${tone}) ${depth}, transparent)` }}
                    >
                      {right ? <b>{confusion.matrix[row]?.[column]}</b> : confusion.matrix[row]?.[column]}
                      <span class="soft small"> {part === null ? "" : formatPercent(part)}</span>
                    </td>
                  );
                })}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </div>
  );
}

/** How good a model is: figures, curves, tables, and what it takes for what. */
export function Figures({ metrics }: { metrics: Record<string, unknown> }) {
  const found = useMemo(() => metricsOf(metrics as Record<string, Json>), [metrics]);
  const { figures, curves, grids, confusion } = found;
  const none = figures.length + curves.length + grids.length === 0 && confusion === null;
  return (
    <section class="card stack" aria-label={t("models.figures")}>
      <h2>{t("models.figures")}</h2>
      {none && <p class="soft">{t("models.noFigures")}</p>}
      <Facts
        of={figures.map(({ name, value }) => [
          name,
          <span key={name} class="number">
            {short(value)}
          </span>,
        ])}
      />
      {curves.length > 0 && (
        <div class={styles.curves}>
          {curves.map((curve) => (
            <CurveView key={curve.name} curve={curve} />
          ))}
        </div>
      )}
      {grids.map((grid) => (
        <GridView key={grid.name} grid={grid} />
      ))}
      {confusion && <ConfusionView confusion={confusion} />}
    </section>
  );
}
