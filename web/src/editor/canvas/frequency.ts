/** Frequencies of the rows of a spectrogram: mel, linear or octaves, whatever the server says its bands are. */

export class Frequencies {
  /** `bands` are the middles of the rows in Hz, from the bottom up. */
  constructor(readonly bands: readonly number[]) {}

  private at(row: number): number {
    return this.bands[row] ?? 0;
  }

  /** Frequency at a part of the height, 0 at the bottom and 1 at the top; in between on straight lines. */
  hzAt(part: number): number {
    const last = this.bands.length - 1;
    if (last < 1) return this.at(0);
    const place = part * this.bands.length - 0.5;
    const row = Math.min(Math.max(Math.floor(place), 0), last - 1);
    return Math.max(0, this.at(row) + (place - row) * (this.at(row + 1) - this.at(row)));
  }

  /** Part of the height at which a frequency lies; it may lie outside. */
  partOf(hz: number): number {
    const last = this.bands.length - 1;
    if (last < 1) return 0.5;
    let [low, high] = [0, last - 1];
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (this.at(middle) <= hz) low = middle;
      else high = middle - 1;
    }
    const step = this.at(low + 1) - this.at(low);
    return (low + (step > 0 ? (hz - this.at(low)) / step : 0) + 0.5) / this.bands.length;
  }

  /** Lowest and highest frequency of the picture. */
  get range(): [number, number] {
    return [this.hzAt(0), this.hzAt(1)];
  }
}

/** Round frequencies, the roundest first: powers of ten, then halves, fifths and tenths of them. */
function candidates(highest: number): number[] {
  const found: number[] = [];
  for (const factors of [[1], [5], [2], [3, 7], [4, 6, 8], [1.5, 2.5]]) {
    for (let power = 100_000; power >= 10; power /= 10) {
      for (const factor of factors) if (factor * power <= highest) found.push(factor * power);
    }
  }
  return found;
}

const TEN_STEPS = [1, 2, 2.5, 5, 10] as const;

/** Equal steps for a linear picture. */
function evenly(low: number, high: number, most: number): number[] {
  const wanted = (high - low) / Math.max(1, most);
  const power = 10 ** Math.floor(Math.log10(Math.max(wanted, 1e-9)));
  const step = (TEN_STEPS.find((factor) => factor * power >= wanted * (1 - 1e-9)) ?? 10) * power;
  const count = Math.floor(high / step + 1e-9) - Math.ceil(low / step - 1e-9) + 1;
  return Array.from({ length: Math.max(0, count) }, (_, k) => (Math.ceil(low / step - 1e-9) + k) * step);
}

function isLinear(scale: Frequencies): boolean {
  const [low, high] = scale.range;
  return Math.abs(scale.partOf((low + high) / 2) - 0.5) < 0.01;
}

/** Frequencies to mark on a scale that is `height` pixels high, at least `gap` pixels apart; in rising order. */
export function frequencyTicks(scale: Frequencies, height: number, gap = 26): number[] {
  const [low, high] = scale.range;
  if (isLinear(scale)) return evenly(low, high, Math.floor(height / gap));
  const placed: { hz: number; y: number }[] = [];
  for (const hz of candidates(high)) {
    const y = scale.partOf(hz) * height;
    if (hz < low || y < gap / 4 || y > height - gap / 4) continue;
    if (placed.every((other) => Math.abs(other.y - y) >= gap)) placed.push({ hz, y });
  }
  return placed.map((mark) => mark.hz).sort((a, b) => a - b);
}
