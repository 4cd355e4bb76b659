/** How a picture is kept with the sound: small differences by playing a little faster or slower, large ones by a jump. */

export interface Correction {
  readonly jump: boolean;
  readonly rate: number;
}

/** Nearer than this people see no difference (ITU-R BT.1359 puts the threshold at 45 ms early and 125 ms late). */
const NEAR = 0.03;
const FAR = 0.25;
/** While nothing moves, the picture is that of the playhead: one frame at 50 a second. */
const STILL = 0.02;
/** The picture is silent, so that this is not heard. */
const NUDGE = 0.15;
/** Browsers play no slower than this. */
const SLOWEST = 0.0625;

/** `ahead` is how many seconds the picture is before the sound. */
export function correctionOf(ahead: number, playing: boolean, rate: number): Correction {
  if (!playing) return { jump: Math.abs(ahead) > STILL, rate };
  const apart = Math.abs(ahead) / Math.max(1, rate);
  if (apart > FAR) return { jump: true, rate };
  if (apart <= NEAR) return { jump: false, rate };
  return { jump: false, rate: Math.max(SLOWEST, rate * (1 - Math.sign(ahead) * NUDGE)) };
}
