import { useEffect, useRef } from "preact/hooks";
import type uPlot from "uplot";
import "uplot/dist/uPlot.min.css";
import { language } from "../i18n";
import { theme } from "../shell/theme";

export interface Line {
  name: string;
  values: readonly (number | null)[];
  /** A colour of `tokens.css`. */
  colour?: string;
  dash?: readonly number[];
  bars?: boolean;
}

interface Props {
  /** What the picture shows, in words: the figures themselves belong beside it. */
  label: string;
  x: readonly number[];
  /** Whether `x` are moments, in seconds since 1970. */
  time?: boolean;
  lines: readonly Line[];
  height?: number;
  format?: (value: number) => string;
}

const COLOURS = ["--accent", "--warn", "--good", "--bad", "--text-soft"];

/** Colours are chosen per theme in the style sheet; a canvas has to be told them. */
function paint(variable: string, on: HTMLElement): string {
  const probe = document.createElement("span");
  probe.style.color = `var(${variable})`;
  on.append(probe);
  const colour = getComputedStyle(probe).color;
  probe.remove();
  return colour;
}

/** A tick of the time axis: the day at midnight, else the hour. */
function momentOf(seconds: number): string {
  const moment = new Date(seconds * 1000);
  const midnight = moment.getHours() === 0 && moment.getMinutes() === 0;
  const style = midnight
    ? ({ weekday: "short" } as const)
    : ({ hour: "numeric", minute: "2-digit" } as const);
  return new Intl.DateTimeFormat(language.value, style).format(moment);
}

async function draw(on: HTMLElement, props: Props): Promise<uPlot> {
  const { default: Plot } = await import("uplot");
  const { x, lines, time = false, height = 140, format } = props;
  const soft = paint("--text-soft", on);
  const grid = { stroke: paint("--line", on), width: 1 };
  const axis = { stroke: soft, grid, ticks: grid, font: "11px system-ui, sans-serif" };
  const bars = Plot.paths.bars?.({ size: [0.8, 24], align: 1 });
  const series = lines.map((line, at) => {
    const colour = paint(line.colour ?? COLOURS[at % COLOURS.length] ?? "--accent", on);
    const dash = line.dash ? { dash: [...line.dash] } : {};
    const shape = line.bars && bars ? { paths: bars, fill: colour, points: { show: false } } : {};
    return { label: line.name, stroke: colour, width: 2, ...dash, ...shape };
  });
  const moments = time ? { values: (_: uPlot, ticks: number[]) => ticks.map(momentOf) } : {};
  const values = format ? { values: (_: uPlot, ticks: number[]) => ticks.map(format) } : {};
  return new Plot(
    {
      width: on.clientWidth,
      height,
      legend: { show: false },
      cursor: { y: false },
      scales: {
        x: { time },
        y: { range: (_, low, high) => [Math.min(0, low), high > low ? high : low + 1] },
      },
      axes: [
        { ...axis, ...moments, size: 30 },
        { ...axis, ...values, size: 52 },
      ],
      series: [{}, ...series],
    },
    [[...x], ...lines.map((line) => [...line.values])],
    on,
  );
}

/** Curves or bars; only an aid to the eye, so the figures belong beside it as text. */
export function Chart(props: Props) {
  const frame = useRef<HTMLDivElement>(null);
  const shown = `${theme.value} ${language.value}`;
  const { x, lines } = props;
  useEffect(() => {
    const on = frame.current;
    if (!on) return;
    let plot: uPlot | null = null;
    let gone = false;
    const size = new ResizeObserver(() =>
      plot?.setSize({ width: on.clientWidth, height: props.height ?? 140 }),
    );
    void draw(on, props).then((made) => {
      if (gone) return made.destroy();
      plot = made;
      size.observe(on);
    });
    return () => {
      gone = true;
      size.disconnect();
      plot?.destroy();
    };
  }, [x, lines, shown]);
  return (
    <>
      <div class="chart" ref={frame} role="img" aria-label={props.label} />
      {lines.length > 1 && (
        <div class="row small" aria-hidden="true">
          {lines.map((line, at) => (
            <span key={line.name} class="row">
              <span
                class={`chart-key ${line.dash ? "chart-key-dashed" : ""}`}
                style={{ borderColor: `var(${line.colour ?? COLOURS[at % COLOURS.length]})` }}
              />
              {line.name}
            </span>
          ))}
        </div>
      )}
    </>
  );
}
