/** Times as people read and type them, and the marks of a time axis. */

/** A mark of an axis: `label` is null for small marks. */
export interface Tick {
  readonly time: number;
  readonly label: string | null;
}

/** Steps between marks in seconds: 1-2-5 below a second, then what clocks count in. */
const STEPS = [
  0.0001, 0.0002, 0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30, 60, 120,
  300, 600, 900, 1800, 3600, 7200, 10_800, 21_600, 43_200, 86_400,
] as const;
const LONGEST_STEP = 86_400;

/** The smallest step that leaves `pixels` between labels. */
export function stepFor(secondsPerPixel: number, pixels = 90): number {
  const wanted = secondsPerPixel * pixels;
  return STEPS.find((step) => step >= wanted * (1 - 1e-9)) ?? LONGEST_STEP;
}

/** Steps that are no 1-2-5 of their unit, and how many small marks lie between two of their labels. */
const PARTS: ReadonlyMap<number, number> = new Map([
  [2, 4],
  [15, 3],
  [30, 3],
  [120, 4],
  [900, 3],
  [1800, 3],
  [3600, 4],
  [7200, 4],
  [10_800, 3],
  [21_600, 6],
  [43_200, 6],
  [86_400, 6],
]);

/** Digits behind the second that tell marks of a step apart. */
export function digitsFor(step: number): number {
  return step >= 1 ? 0 : Math.min(4, Math.ceil(-Math.log10(step) - 1e-9));
}

/** Marks from `start` to `end`; `offset` shifts where they are round, as midnight does for clock time. */
export function ticks(
  start: number,
  end: number,
  step: number,
  label: (time: number) => string,
  offset = 0,
): Tick[] {
  const small = step / (PARTS.get(step) ?? 5);
  const every = Math.round(step / small);
  const first = Math.ceil((start + offset) / small - 1e-6);
  const last = Math.floor((end + offset) / small + 1e-6);
  const found: Tick[] = [];
  for (let k = first; k <= last; k++) {
    // Multiplied, not added up: the error does not grow along the axis.
    const time = k * small - offset;
    found.push({ time, label: k % every === 0 ? label(time) : null });
  }
  return found;
}

const two = (value: number): string => String(value).padStart(2, "0");

/** Whole units of the last digit, rounded half up; -0 is 0. */
function units(seconds: number, digits: number): number {
  return Math.floor(seconds * 10 ** digits + 0.5 + 1e-7) + 0;
}

function fraction(left: number, digits: number): string {
  return digits > 0 ? `.${String(left).padStart(digits, "0")}` : "";
}

/** A time from the start: 0:07, 12:30.25, 1:02:03.456. */
export function formatTime(seconds: number, digits = 3): string {
  const scale = 10 ** digits;
  const all = Math.abs(units(seconds, digits));
  const whole = Math.floor(all / scale);
  const [h, m, s] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  const sign = seconds < 0 && all > 0 ? "-" : "";
  const front = h > 0 ? `${h}:${two(m)}` : String(m);
  return `${sign}${front}:${two(s)}${fraction(all % scale, digits)}`;
}

/** The clock where a recording was made. Its zone is the one that was written down, never the reader's. */
export interface Clock {
  /** Milliseconds of the first sample, counted as if local time were UTC. */
  readonly local: number;
  /** `UTC`, `UTC+02:00`, or empty where nobody wrote it down. */
  readonly zone: string;
}

const ISO = /^(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d(?::\d\d(?:\.\d+)?)?)\s*(Z|[+-]\d\d(?::?\d\d)?)?$/i;

function zoneName(written: string | undefined): string {
  if (written === undefined) return "";
  if (/^(z|[+-]00(:?00)?)$/i.test(written)) return "UTC";
  const digits = written.slice(1).replace(":", "").padEnd(4, "0");
  return `UTC${written[0] ?? ""}${digits.slice(0, 2)}:${digits.slice(2)}`;
}

/** Read when a recording began; null where that is not known. */
export function clockOf(recordedAt: string | null): Clock | null {
  const found = ISO.exec(recordedAt ?? "");
  if (!found) return null;
  const local = Date.parse(`${found[1]}T${found[2]}Z`);
  return Number.isNaN(local) ? null : { local, zone: zoneName(found[3]) };
}

/** Seconds since midnight at the start of a recording: shifts the marks of an axis to round clock times. */
export function sinceMidnight(clock: Clock): number {
  return (((clock.local % 86_400_000) + 86_400_000) % 86_400_000) / 1000;
}

/** Days from that on which the recording began. */
function dayOf(seconds: number): number {
  return Math.floor(seconds / 86_400);
}

/** The date of a moment, as `2026-05-01`. */
export function dateAt(clock: Clock, time: number): string {
  return new Date(clock.local + time * 1000).toISOString().slice(0, 10);
}

/** Clock time of a moment: 23:59:58.125; it starts again at midnight. */
export function formatClock(clock: Clock, time: number, digits = 3): string {
  const scale = 10 ** digits;
  const all = units(sinceMidnight(clock) + time, digits);
  const whole = Math.floor(all / scale) - 86_400 * dayOf(all / scale);
  const [h, m, s] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  return `${two(h)}:${two(m)}:${two(s)}${fraction(((all % scale) + scale) % scale, digits)}`;
}

const NUMBER = /^(\d+(?:[.,]\d*)?|[.,]\d+)\s*s?$/i;
const CLOCKED = /^(?:(\d+):)?(\d{1,2}):(\d{1,2}(?:[.,]\d*)?)$/;
const WORDED = /^(?=.)(?:(\d+)\s*h)?\s*(?:(\d+)\s*(?:m|min|mn))?\s*(?:(\d+(?:[.,]\d*)?)\s*s?)?$/i;

const decimal = (text: string | undefined): number => Number((text ?? "0").replace(",", "."));

/** Read a typed time: 62.5, 62,5 s, 1:02.5, 1:02:03, 2h 5m 3s; null if it is none. */
export function parseTime(text: string): number | null {
  const trimmed = text.trim();
  const plain = NUMBER.exec(trimmed);
  if (plain) return decimal(plain[1]);
  const found = CLOCKED.exec(trimmed) ?? WORDED.exec(trimmed);
  if (!found) return null;
  const [h, m, s] = [decimal(found[1]), decimal(found[2]), decimal(found[3])];
  const tooMuch = trimmed.includes(":") && (s >= 60 || (found[1] !== undefined && m >= 60));
  return tooMuch ? null : h * 3600 + m * 60 + s;
}

const OF_DAY = /^(\d{1,2}):(\d\d)(?::(\d\d(?:[.,]\d*)?))?$/;

/** Read a typed clock time; the first such moment at or after the start, null if it is none. */
export function parseClock(text: string, clock: Clock): number | null {
  const found = OF_DAY.exec(text.trim());
  if (!found) return null;
  const [h, m, s] = [decimal(found[1]), decimal(found[2]), decimal(found[3])];
  if (h >= 24 || m >= 60 || s >= 60) return null;
  const time = h * 3600 + m * 60 + s - sinceMidnight(clock);
  // Half a millisecond before the start is the start, written with three digits.
  return Math.max(0, time < -0.0005 ? time + 86_400 : time);
}
