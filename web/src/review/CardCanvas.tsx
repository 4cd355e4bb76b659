import { useEffect, useMemo, useRef } from "preact/hooks";
import { columnAt, columnStart, tileSpan } from "../editor/model/pyramid";
import type { Segment, View } from "../editor/types";
import type { Picture, Piece, TileBank } from "./TileBank";

interface Props {
  bank: TileBank;
  picture: Picture;
  segment: Segment;
  colour: string;
  width: number;
  height: number;
}

function drawPiece(context: CanvasRenderingContext2D, { step, index, surface }: Piece, view: View): void {
  const { width, height } = context.canvas;
  const span = tileSpan(step, index);
  const [from, to] = [Math.max(span.start, view.start), Math.min(span.end, view.end)];
  const first = index * step.tileColumns;
  const left = columnAt(step, from);
  const source = left - first;
  const columns = Math.min(surface.width - source, columnAt(step, to) - left + 1);
  const at = (time: number) => ((time - view.start) / (view.end - view.start)) * width;
  const [x, end] = [at(columnStart(step, left)), at(columnStart(step, left + columns))];
  if (columns > 0) context.drawImage(surface, source, 0, columns, surface.height, x, 0, end - x, height);
}

/** What is around the segment is dimmed; a band is drawn as a box. */
function drawMarks(
  context: CanvasRenderingContext2D,
  props: Props,
  view: View,
  dark: string,
  partOf: ((hz: number) => number) | null,
): void {
  const { width, height } = context.canvas;
  const { segment, colour } = props;
  const at = (time: number) => ((time - view.start) / (view.end - view.start)) * width;
  const [left, right] = [at(segment.start), Math.max(at(segment.end), at(segment.start) + 1)];
  context.fillStyle = dark;
  context.fillRect(0, 0, left, height);
  context.fillRect(right, 0, width - right, height);
  const pixel = Math.max(1, width / props.width);
  const [low, high] = [segment.low_hz ?? null, segment.high_hz ?? null];
  const y = (hz: number | null, otherwise: number) =>
    hz === null || partOf === null ? otherwise : height * (1 - partOf(hz));
  const [top, bottom] = [y(high, 0), y(low, height)];
  // Two strokes: the colour of a label may be that of the sound behind it.
  for (const [style, wide] of [
    ["rgb(0 0 0 / 60%)", 4 * pixel],
    [colour, 2 * pixel],
  ] as const) {
    context.strokeStyle = style;
    context.lineWidth = wide;
    context.beginPath();
    if (low === null && high === null) {
      for (const x of [left, right]) {
        context.moveTo(x, 0);
        context.lineTo(x, height);
      }
    } else {
      context.rect(left, top, right - left, bottom - top);
    }
    context.stroke();
  }
}

/** The spectrogram around a segment. */
export function CardCanvas(props: Props) {
  const { bank, picture, segment, colour, width, height } = props;
  const canvas = useRef<HTMLCanvasElement>(null);
  const drawn = useRef<readonly unknown[]>([]);
  const version = bank.version.value;
  const dark = bank.dark;
  const ratio = useMemo(() => Math.min(window.devicePixelRatio || 1, 2), []);
  useEffect(() => {
    const pieces = bank.pieces(picture);
    // Most of what arrives is for other cards.
    const state = [picture, segment, colour, width, height, dark, ratio, ...pieces.map((one) => one.surface)];
    const isDrawn =
      drawn.current.length === state.length && drawn.current.every((one, n) => one === state[n]);
    const context = isDrawn ? null : canvas.current?.getContext("2d");
    if (!context) return;
    drawn.current = state;
    const frequencies = bank.frequencies(picture);
    const { view } = picture;
    context.imageSmoothingEnabled = true;
    context.clearRect(0, 0, context.canvas.width, context.canvas.height);
    for (const piece of pieces) drawPiece(context, piece, view);
    const partOf = frequencies ? (hz: number) => frequencies.partOf(hz) : null;
    drawMarks(context, props, view, pieces.length > 0 ? "rgb(0 0 0 / 45%)" : "transparent", partOf);
  }, [bank, version, picture, segment, colour, width, height, ratio]);
  return (
    <canvas
      ref={canvas}
      width={Math.round(width * ratio)}
      height={Math.round(height * ratio)}
      style={{ width: "100%", height: `${height}px` }}
    />
  );
}
