/** The time of a media element between its own updates, which some browsers make only every 40 ms or more. */

/** Larger differences are jumps, in seconds. */
const JUMP = 0.06;
/** How much of a small difference is made good with each update. */
const PULL = 0.2;
/** Without an update for so many seconds, the element has run dry and time stands still. */
const STALLED = 0.1;

export class MediaClock {
  private time = 0;
  private wall = 0;
  private seen = Number.NaN;
  /** Whether the element has moved: before, its sound is still on the way to the loudspeaker. */
  private moving = false;

  /** Start anew, as after a seek; `current` is what the element says now. */
  reset(time: number, wall: number, current = Number.NaN): void {
    this.time = time;
    this.wall = wall;
    this.seen = current;
    this.moving = false;
  }

  /** The time now: `current` is what the element says, `wall` runs on in seconds. */
  read(current: number, wall: number, rate: number): number {
    const passed = this.moving ? Math.min(wall - this.wall, STALLED) : 0;
    const expected = this.time + passed * rate;
    if (current === this.seen) return expected;
    this.moving = !Number.isNaN(this.seen);
    const difference = current - expected;
    this.time = Math.abs(difference) > JUMP ? current : expected + difference * PULL;
    this.wall = wall;
    this.seen = current;
    return this.time;
  }
}
