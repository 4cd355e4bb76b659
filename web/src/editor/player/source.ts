/** Where the sound comes from: WAV made by the server as it is read, in parts where a whole day would be too large. */
import type { Sound } from "../types";

/** One address and the stretch of the recording that it holds. */
export interface Source {
  readonly url: string;
  readonly start: number;
  readonly end: number;
}

/** Browsers read sizes of WAV files up to 2 GiB without doubt; the format ends at 4. */
const MOST_BYTES = 2_000_000_000;
const BYTES_PER_SAMPLE = 2;
/** Chromium refuses sound with fewer samples per second. */
const LEAST_RATE = 3000;
const RAISED_RATE = 8000;

/** Seconds that one source can hold. */
export function longest(sound: Sound): number {
  const rate = sound.sampleRate < LEAST_RATE ? RAISED_RATE : sound.sampleRate;
  return Math.floor(MOST_BYTES / (BYTES_PER_SAMPLE * sound.channels * rate));
}

/** The source that holds a moment. All but the last are equally long and begin at whole seconds. */
export function sourceAt(sound: Sound, time: number): Source {
  const step = longest(sound);
  const last = Math.max(0, Math.ceil(sound.duration / step) - 1);
  const number = Math.min(Math.max(Math.floor(time / step), 0), last);
  const [start, end] = [number * step, Math.min((number + 1) * step, sound.duration)];
  const query = new URLSearchParams({ format: "wav" });
  if (sound.sampleRate < LEAST_RATE) query.set("rate", String(RAISED_RATE));
  if (last > 0) {
    query.set("start", String(start));
    query.set("end", String(end));
  }
  return { url: `/api/v1/recordings/${sound.recordingId}/audio?${query}`, start, end };
}
