/** Heights of lines that are not all on the screen: where each begins, and which lies at a place (a Fenwick tree). */
export class Heights {
  readonly #heights: Float64Array;
  readonly #sums: Float64Array;

  constructor(heights: ArrayLike<number>) {
    this.#heights = Float64Array.from(heights);
    this.#sums = new Float64Array(this.#heights.length + 1);
    for (let n = 1; n < this.#sums.length; n++) {
      this.#sums[n] = (this.#sums[n] ?? 0) + (this.#heights[n - 1] ?? 0);
      const parent = n + (n & -n);
      if (parent < this.#sums.length) this.#sums[parent] = (this.#sums[parent] ?? 0) + (this.#sums[n] ?? 0);
    }
  }

  get count(): number {
    return this.#heights.length;
  }

  get total(): number {
    return this.top(this.count);
  }

  height(line: number): number {
    return this.#heights[line] ?? 0;
  }

  /** Say how high a line is; gives by how much it is higher than before. */
  set(line: number, height: number): number {
    const more = height - this.height(line);
    if (more === 0 || line < 0 || line >= this.count) return 0;
    this.#heights[line] = height;
    for (let n = line + 1; n < this.#sums.length; n += n & -n) this.#sums[n] = (this.#sums[n] ?? 0) + more;
    return more;
  }

  /** Where a line begins. */
  top(line: number): number {
    let sum = 0;
    for (let n = Math.min(line, this.count); n > 0; n -= n & -n) sum += this.#sums[n] ?? 0;
    return sum;
  }

  /** The line at a place; the last one below the end. */
  lineAt(place: number): number {
    let [line, left] = [0, place];
    for (let step = 2 ** Math.floor(Math.log2(Math.max(1, this.count))); step >= 1; step /= 2) {
      const next = line + step;
      if (next <= this.count && (this.#sums[next] ?? 0) <= left) {
        line = next;
        left -= this.#sums[next] ?? 0;
      }
    }
    return Math.max(0, Math.min(line, this.count - 1));
  }
}
