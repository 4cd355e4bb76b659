/** Thumbnails of waveforms: pairs of smallest and largest sample as int8, in base64. */

/** Pairs from -128 to 127; none where the text is no such thumbnail. */
export function pairsOf(thumbnail: string): readonly (readonly [number, number])[] {
  let bytes: string;
  try {
    bytes = atob(thumbnail);
  } catch {
    return [];
  }
  const signed = (index: number) => (bytes.charCodeAt(index) << 24) >> 24;
  return Array.from({ length: bytes.length >> 1 }, (_, index) => [signed(2 * index), signed(2 * index + 1)]);
}

/** A closed path in a box as wide as there are pairs and 256 high; silence is a thin line. */
export function outlineOf(thumbnail: string): string {
  const pairs = pairsOf(thumbnail);
  if (pairs.length === 0) return "";
  const least = 2;
  const up = pairs.map(([, high], x) => `${x + 0.5},${128 - Math.max(high, least)}`);
  const down = pairs.map(([low], x) => `${x + 0.5},${128 - Math.min(low, -least)}`).reverse();
  return `M${up.join("L")}L${down.join("L")}Z`;
}
