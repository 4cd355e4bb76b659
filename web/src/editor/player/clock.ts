/** The time of a media element between its own updates, which some browsers make only every 40 ms or more. */

/** Larger differences are jumps, in seconds. */
const JUMP = 0.06;
/** How much of a small difference is made good with each update. */
const PULL = 0.2;
/** Without an update for so many seconds, the element has run dry and time stands still. */
const STALLED = 0.3;

export class MediaClock {
  private time = 0;
  private wall = 0;
  private seen = Number.NaN;
  private seenAt = 0;

  /** Start anew, as after a seek. */
  reset(time: number, wall: number): void {
    this.time = time;
    this.wall = wall;
    this.seen = Number.NaN;
    this.seenAt = wall;
  }

  /** The time now: `current` is what the element says, `wall` runs on in seconds. */
  read(current: number, wall: number, rate: number): number {
    const expected = this.time + (wall - this.wall) * rate;
    if (current === this.seen) return wall - this.seenAt > STALLED ? this.hold(current, wall) : expected;
    const difference = current - expected;
    this.time = Math.abs(difference) > JUMP * Math.max(1, rate) ? current : expected + difference * PULL;
    this.wall = wall;
    this.seen = current;
    this.seenAt = wall;
    return this.time;
  }

  private hold(current: number, wall: number): number {
    this.time = current;
    this.wall = wall;
    return current;
  }
}
