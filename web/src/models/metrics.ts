/**
 * Figures of a model, found in the JSON that it was written down with.
 *
 * The registry takes any JSON. These shapes are shown as more than text: a number, wherever it is; a list of numbers
 * as a curve; a list of objects with numbers (one for each epoch) as curves over its `epoch` or `step`; an object of
 * objects with numbers (one for each label) as a table; `{ labels, matrix }` as a confusion matrix with a row for each
 * true label.
 */

export type Json = null | boolean | number | string | readonly Json[] | { readonly [name: string]: Json };

export interface Figure {
  name: string;
  value: number;
}
export interface Curve {
  name: string;
  x: readonly number[];
  values: readonly (number | null)[];
}
export interface Grid {
  name: string;
  columns: readonly string[];
  rows: readonly { name: string; values: readonly (number | null)[] }[];
}
export interface Confusion {
  labels: readonly string[];
  matrix: readonly (readonly number[])[];
}
export interface Metrics {
  figures: Figure[];
  curves: Curve[];
  grids: Grid[];
  confusion: Confusion | null;
}

type Fields = { readonly [name: string]: Json };

const isNumber = (value: Json | undefined): value is number =>
  typeof value === "number" && Number.isFinite(value);
const isFields = (value: Json | undefined): value is Fields =>
  typeof value === "object" && value !== null && !Array.isArray(value);

function confusionOf(value: Json): Confusion | null {
  if (!isFields(value)) return null;
  const { labels, matrix } = value;
  if (!Array.isArray(labels) || !Array.isArray(matrix) || matrix.length !== labels.length) return null;
  const rows = matrix.map((row: Json) => (Array.isArray(row) ? row.filter(isNumber) : []));
  if (labels.length === 0 || rows.some((row) => row.length !== labels.length)) return null;
  return { labels: labels.map(String), matrix: rows };
}

/** Curves over epochs: `[{ epoch: 1, loss: 0.4, f1: 0.6 }, ...]`. */
function curvesOf(name: string, points: readonly Fields[]): Curve[] {
  const over = ["epoch", "step"].find((word) => points.every((point) => isNumber(point[word])));
  const x = points.map((point, at) => (over ? Number(point[over]) : at + 1));
  const names = [...new Set(points.flatMap((point) => Object.keys(point)))].filter((word) => word !== over);
  return names
    .map((word) => ({
      name: `${name}.${word}`,
      x,
      values: points.map((point) => (isNumber(point[word]) ? Number(point[word]) : null)),
    }))
    .filter(({ values }) => values.some((value) => value !== null));
}

/** A table of labels: `{ speech: { precision: 0.9, recall: 0.8 }, ... }`. */
function gridOf(name: string, value: Fields): Grid | null {
  const rows = Object.entries(value);
  const fits = (row: Json) =>
    isFields(row) && Object.values(row).every((one) => isNumber(one) || one === null);
  if (rows.length === 0 || !rows.every(([, row]) => fits(row))) return null;
  const columns = [...new Set(rows.flatMap(([, row]) => (isFields(row) ? Object.keys(row) : [])))];
  const valuesOf = (row: Json) =>
    columns.map((column) => {
      const found = isFields(row) ? row[column] : null;
      return isNumber(found) ? found : null;
    });
  return { name, columns, rows: rows.map(([word, row]) => ({ name: word, values: valuesOf(row) })) };
}

function collect(name: string, value: Json, into: Metrics): void {
  const confusion = confusionOf(value);
  if (confusion) {
    into.confusion ??= confusion;
  } else if (isNumber(value)) {
    into.figures.push({ name, value });
  } else if (Array.isArray(value) && value.length > 1 && value.every(isNumber)) {
    into.curves.push({ name, x: value.map((_, at) => at + 1), values: value });
  } else if (Array.isArray(value) && value.length > 0 && value.every(isFields)) {
    into.curves.push(...curvesOf(name, value));
  } else if (isFields(value)) {
    const grid = name === "" ? null : gridOf(name, value);
    if (grid) into.grids.push(grid);
    else
      for (const [word, inner] of Object.entries(value))
        collect(name ? `${name}.${word}` : word, inner, into);
  }
}

/** Everything that can be shown as figures, curves or tables. */
export function metricsOf(given: Fields): Metrics {
  const found: Metrics = { figures: [], curves: [], grids: [], confusion: null };
  collect("", given, found);
  return found;
}

/** Names by which the field judges models, the most telling first; of errors less is better. */
const MAIN = ["f1", "segment_f1", "macro_f1", "map", "accuracy", "auc", "wer", "der", "loss"];

/** The figure that a list shows; the first one where none has a name that is known. */
export function mainFigure(given: Fields): Figure | null {
  const { figures } = metricsOf(given);
  const lastWord = (name: string) => name.split(".").at(-1)?.toLowerCase() ?? "";
  for (const word of MAIN) {
    const found = figures.find(({ name }) => lastWord(name) === word);
    if (found) return found;
  }
  return figures[0] ?? null;
}

/** Part of the sounds of each true label that were given each label; null for labels that never occurred. */
export function shares({ matrix }: Confusion): (number | null)[][] {
  return matrix.map((row) => {
    const all = row.reduce((sum, count) => sum + count, 0);
    return row.map((count) => (all === 0 ? null : count / all));
  });
}
