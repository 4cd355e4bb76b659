/** A second cue beside colour: labels differ in their hatching too. */
const STYLES = ["plain", "rising", "dots", "level", "falling"] as const;
export type Hatch = (typeof STYLES)[number];
const SIZE = 8;

/** The hatching of a label: always the same one. */
export function hatchOf(label: string | null | undefined): Hatch {
  let hash = 7;
  for (const letter of label ?? "") hash = (hash * 31 + (letter.codePointAt(0) ?? 0)) >>> 0;
  return STYLES[hash % STYLES.length] ?? "plain";
}

function strokes(context: CanvasRenderingContext2D, hatch: Hatch): void {
  context.beginPath();
  for (const shift of [-SIZE, 0, SIZE]) {
    if (hatch === "rising") line(context, shift, SIZE, shift + SIZE, 0);
    if (hatch === "falling") line(context, shift, 0, shift + SIZE, SIZE);
  }
  if (hatch === "level") line(context, 0, SIZE / 2, SIZE, SIZE / 2);
  if (hatch === "dots") context.arc(SIZE / 2, SIZE / 2, 1.4, 0, 2 * Math.PI);
  context.stroke();
}

function line(context: CanvasRenderingContext2D, x: number, y: number, toX: number, toY: number): void {
  context.moveTo(x, y);
  context.lineTo(toX, toY);
}

const made = new Map<string, CanvasPattern>();
const MOST = 200;

/** A fill of a hatching in a colour; null for plain. */
export function patternOf(
  context: CanvasRenderingContext2D,
  hatch: Hatch,
  colour: string,
): CanvasPattern | null {
  if (hatch === "plain") return null;
  const key = `${hatch} ${colour}`;
  const known = made.get(key);
  if (known) return known;
  const tile = document.createElement("canvas");
  Object.assign(tile, { width: SIZE, height: SIZE });
  const pen = tile.getContext("2d");
  if (!pen) return null;
  pen.strokeStyle = colour;
  pen.lineWidth = 1.5;
  strokes(pen, hatch);
  const pattern = context.createPattern(tile, "repeat");
  if (made.size > MOST) made.clear();
  if (pattern) made.set(key, pattern);
  return pattern;
}
