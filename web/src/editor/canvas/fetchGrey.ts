/**
 * Tiles as grey values.
 *
 * PNG, not WebP: the WebP of the server is lossy, so levels under the pointer would be some dB off, and its blocks would
 * show when contrast is raised. Tiles of the coarse levels lie on the server as PNG and are sent as they are.
 */
import { fetchRaw } from "../../api/client";

export interface Grey {
  readonly values: Uint8Array;
  readonly width: number;
  readonly height: number;
}

let scratch: CanvasRenderingContext2D | null = null;

/** One canvas that stays in main memory: reading back from the graphics card would wait for it. */
function scratchOf(width: number, height: number): CanvasRenderingContext2D {
  scratch ??= document.createElement("canvas").getContext("2d", { willReadFrequently: true, alpha: false });
  if (scratch === null) throw new Error("this browser cannot draw on a canvas");
  if (scratch.canvas.width < width) scratch.canvas.width = width;
  if (scratch.canvas.height < height) scratch.canvas.height = height;
  return scratch;
}

/** Read the grey values of a picture, untouched by colour profiles and transparency. */
export async function decodeGrey(picture: Blob): Promise<Grey> {
  const bitmap = await createImageBitmap(picture, { colorSpaceConversion: "none", premultiplyAlpha: "none" });
  const { width, height } = bitmap;
  const context = scratchOf(width, height);
  context.drawImage(bitmap, 0, 0);
  bitmap.close();
  const { data } = context.getImageData(0, 0, width, height);
  const values = new Uint8Array(width * height);
  for (let k = 0; k < values.length; k++) values[k] = data[4 * k] as number;
  return { values, width, height };
}

export async function fetchGrey(url: string, signal: AbortSignal): Promise<Grey> {
  const response = await fetchRaw(url, { signal });
  return decodeGrey(await response.blob());
}
