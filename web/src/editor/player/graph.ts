/** Volume of each channel: element -> splitter -> one gain per channel -> both ears. */

/** What is heard of the channels. */
export interface Mix {
  /** Gain of each channel in dB. */
  readonly gains: readonly number[];
  readonly solo: ReadonlySet<number>;
  readonly muted: ReadonlySet<number>;
}

/** Changes are spread over some milliseconds, so that they do not click. */
const SMOOTH = 0.008;

/** How loud a channel is, as a factor: silent where it is muted or another one is heard alone. */
export function factorOf(mix: Mix, channel: number): number {
  const heard = mix.solo.size > 0 ? mix.solo.has(channel) : !mix.muted.has(channel);
  return heard ? 10 ** ((mix.gains[channel] ?? 0) / 20) : 0;
}

/** Factors from each channel to the left and the right ear; a single channel is heard in both. */
export function earsOf(mix: Mix, channels: number): [number, number][] {
  const factors = Array.from({ length: channels }, (_, channel) => factorOf(mix, channel));
  const heard = factors.filter((factor) => factor > 0).length;
  if (channels !== 2 || heard < 2) {
    const part = channels > 2 ? 1 / Math.sqrt(Math.max(1, heard)) : 1;
    return factors.map((factor) => [factor * part, factor * part]);
  }
  return factors.map((factor, channel) => (channel === 0 ? [factor, 0] : [0, factor]));
}

/** Whether the element's own output is all that is wanted. */
export function isPlain(mix: Mix, channels: number): boolean {
  return (
    channels <= 2 && mix.solo.size === 0 && mix.muted.size === 0 && mix.gains.every((gain) => gain === 0)
  );
}

export class ChannelGraph {
  private readonly context = new AudioContext({ latencyHint: "interactive" });
  private readonly gains: [GainNode, GainNode][] = [];

  constructor(
    element: HTMLMediaElement,
    private readonly channels: number,
  ) {
    const source = this.context.createMediaElementSource(element);
    const merger = this.context.createChannelMerger(2);
    const splitter = this.context.createChannelSplitter(channels);
    // Each channel as it is: without this, more than two would be mixed as loudspeakers of a room.
    source.channelInterpretation = "discrete";
    source.connect(splitter);
    for (let channel = 0; channel < channels; channel++) {
      const ears: [GainNode, GainNode] = [this.context.createGain(), this.context.createGain()];
      for (const [ear, gain] of ears.entries()) {
        splitter.connect(gain, channel);
        gain.connect(merger, 0, ear);
      }
      this.gains.push(ears);
    }
    merger.connect(this.context.destination);
  }

  /** Seconds from the element to the ear; what is seen is that much behind what is decoded. */
  get latency(): number {
    return this.context.outputLatency || this.context.baseLatency || 0;
  }

  apply(mix: Mix): void {
    const ears = earsOf(mix, this.channels);
    for (const [channel, gains] of this.gains.entries()) {
      for (const [ear, gain] of gains.entries()) {
        gain.gain.setTargetAtTime(ears[channel]?.[ear] ?? 0, this.context.currentTime, SMOOTH);
      }
    }
  }

  /** Browsers let sound begin only after a key or a click. */
  async resume(): Promise<void> {
    if (this.context.state === "suspended") await this.context.resume();
  }

  close(): void {
    void this.context.close();
  }
}
