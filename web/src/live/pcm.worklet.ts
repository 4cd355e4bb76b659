/** Runs on the browser's audio thread: hands on what the microphone hears as 16-bit PCM, four times a second or so. */

declare const sampleRate: number;
declare function registerProcessor(name: string, processor: unknown): void;
declare class AudioWorkletProcessor {
  readonly port: MessagePort;
}

const SECONDS = 0.2;

class Pcm extends AudioWorkletProcessor {
  private readonly size = Math.round(sampleRate * SECONDS);
  private readonly held = new Int16Array(this.size);
  private count = 0;

  constructor() {
    super();
    // Asked for the rest: that, and null after it.
    this.port.onmessage = () => {
      this.send();
      this.port.postMessage(null);
    };
  }

  process(inputs: Float32Array[][]): boolean {
    const channels = inputs[0] ?? [];
    const length = channels[0]?.length ?? 0;
    for (let at = 0; at < length; at++) {
      let sum = 0;
      for (const channel of channels) sum += channel[at] ?? 0;
      const value = Math.max(-1, Math.min(1, sum / channels.length));
      this.held[this.count++] = Math.round(value * 32767);
      if (this.count === this.size) this.send();
    }
    return true;
  }

  private send(): void {
    const full = this.held.slice(0, this.count).buffer;
    this.port.postMessage(full, [full]);
    this.count = 0;
  }
}

registerProcessor("earmark-pcm", Pcm);
