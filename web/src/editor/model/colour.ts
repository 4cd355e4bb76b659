/** Colours of spectrograms: grey values of tiles become colours by a table that contrast and colour map make. */
import type { ColourMap, Look } from "../types";

/** 256 colours as bytes of red, green, blue, alpha read as one number, as the bytes of pictures lie in memory. */
export type Table = Uint32Array<ArrayBuffer>;

export interface Levels {
  /** Levels in dB of grey 0 and 255. */
  readonly floorDb: number;
  readonly ceilingDb: number;
}

/** Every 15th of the 256 colours of matplotlib's maps (CC0); between them lines are true to 6 of 255. */
const STOPS: Readonly<Record<ColourMap, string>> = {
  grey: "000000 ffffff",
  magma:
    "000004 090720 1a1042 311165 4a1079 621980 792282 912b81 aa337d c23b75 d9466b ec5860 f7725c fc8e64 feaa74 fec68a fde2a3 fcfdbf",
  viridis:
    "440154 481769 472a7a 433d84 3d4e8a 355e8d 2e6d8e 297b8e 23898e 1f978b 21a585 2eb37c 46c06f 65cb5e 89d548 b0dd2f d8e219 fde725",
  inferno:
    "000004 0a0722 1e0c45 380962 510e6c 69166e 801f6c 982766 b0315b c63d4d d94d3d e9612b f47918 fa9407 fcb014 f8cd37 f2ea69 fcffa4",
};

function stopsOf(map: ColourMap): number[][] {
  return STOPS[map]
    .split(" ")
    .map((hex) => [0, 2, 4].map((at) => Number.parseInt(hex.slice(at, at + 2), 16)));
}

/** Colour of a map at a part from 0 to 1: red, green, blue. */
export function colourAt(map: ColourMap, part: number): [number, number, number] {
  const stops = stopsOf(map);
  const place = Math.min(Math.max(part, 0), 1) * (stops.length - 1);
  const low = Math.min(Math.floor(place), stops.length - 2);
  const mix = (channel: number): number => {
    const [from, to] = [stops[low]?.[channel] ?? 0, stops[low + 1]?.[channel] ?? 0];
    return Math.round(from + (to - from) * (place - low));
  };
  return [mix(0), mix(1), mix(2)];
}

/** The level in dB that a grey value stands for. */
export function levelOf(grey: number, levels: Levels): number {
  return levels.floorDb + (grey / 255) * (levels.ceilingDb - levels.floorDb);
}

const LITTLE = new Uint8Array(new Uint32Array([1]).buffer)[0] === 1;

function pack([red, green, blue]: readonly [number, number, number]): number {
  return (
    (LITTLE
      ? (255 << 24) | (blue << 16) | (green << 8) | red
      : (red << 24) | (green << 16) | (blue << 8) | 255) >>> 0
  );
}

/**
 * The colour of each grey value of a tile. Grey is dark on light where `inverted`, as ink on paper: an empty sound
 * is then no black hole in a light page.
 */
export function tableOf(
  look: Pick<Look, "colourMap" | "floorDb" | "ceilingDb">,
  tiles: Levels,
  inverted: boolean,
): Table {
  const table = new Uint32Array(256);
  const range = Math.max(1e-6, look.ceilingDb - look.floorDb);
  for (let grey = 0; grey < 256; grey++) {
    const part = Math.min(Math.max((levelOf(grey, tiles) - look.floorDb) / range, 0), 1);
    table[grey] = pack(colourAt(look.colourMap, inverted && look.colourMap === "grey" ? 1 - part : part));
  }
  return table;
}

/** Colour the grey values of a tile: a table look-up for each. */
export function paint(grey: Uint8Array, table: Table, pixels: Uint32Array): void {
  for (let k = 0; k < grey.length; k++) pixels[k] = table[grey[k] as number] as number;
}

/** Parts of a colour `#rrggbb`. */
export function partsOf(colour: string): [number, number, number] {
  const number = Number.parseInt(colour.slice(1), 16);
  return [(number >> 16) & 255, (number >> 8) & 255, number & 255];
}

/** The same colour, let through: `alpha` from 0 to 1. */
export function faded(colour: string, alpha: number): string {
  return `rgb(${partsOf(colour).join(" ")} / ${alpha})`;
}

/** How light a colour is, by WCAG 2 (relative luminance). */
function luminance(colour: string): number {
  const [red, green, blue] = partsOf(colour).map((part) => {
    const value = part / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  }) as [number, number, number];
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

/** Black or white, whichever is read better on a colour. */
export function inkOn(colour: string): "#000000" | "#ffffff" {
  return luminance(colour) > 0.179 ? "#000000" : "#ffffff";
}
