/** The microphone: what it hears as PCM or as Opus, how loud that is, and a copy to keep. */
import workletUrl from "./pcm.worklet.ts?worker&url";

export type Trouble = "insecure" | "denied" | "noMicrophone" | "inUse" | "noOpus" | "microphone";

/** Why there is no sound from a microphone. */
export class MicrophoneError extends Error {
  override readonly name = "MicrophoneError";
  readonly trouble: Trouble;

  constructor(trouble: Trouble, detail = "") {
    super(detail);
    this.trouble = trouble;
  }
}

const TROUBLES: Readonly<Record<string, Trouble>> = {
  NotAllowedError: "denied",
  SecurityError: "denied",
  NotFoundError: "noMicrophone",
  OverconstrainedError: "noMicrophone",
  NotReadableError: "inUse",
  AbortError: "inUse",
};

export function troubleOf(error: unknown): MicrophoneError {
  if (error instanceof MicrophoneError) return error;
  const { name, message } = error instanceof Error ? error : new Error(String(error));
  return new MicrophoneError(TROUBLES[name] ?? "microphone", message);
}

/** Browsers lend microphones to pages on HTTPS and on this machine only. */
function devices(): MediaDevices {
  if (!isSecureContext || !navigator.mediaDevices) throw new MicrophoneError("insecure");
  return navigator.mediaDevices;
}

export interface Choice {
  readonly value: string;
  readonly label: string;
}

/** The microphones that there are; browsers tell their names once one of them was allowed. */
export async function microphones(): Promise<readonly Choice[]> {
  if (!navigator.mediaDevices) return [];
  const found = await navigator.mediaDevices.enumerateDevices();
  return found
    .filter(({ kind, deviceId, label }) => kind === "audioinput" && deviceId !== "" && label !== "")
    .map(({ deviceId, label }) => ({ value: deviceId, label }));
}

/** Formats in which browsers record Opus, as the server calls them. */
const OPUS = [
  { format: "webm", type: "audio/webm;codecs=opus" },
  { format: "ogg", type: "audio/ogg;codecs=opus" },
] as const;

export function opusHere(): (typeof OPUS)[number] | null {
  if (typeof MediaRecorder === "undefined") return null;
  return OPUS.find(({ type }) => MediaRecorder.isTypeSupported(type)) ?? null;
}

const TIMESLICE_MS = 250;
const FLUSH_MS = 300;
const SMALLEST_DB = -80;

export class Microphone {
  private readonly kept: Blob[] = [];
  private recorder: MediaRecorder | null = null;
  private onOpus: ((data: Blob) => void) | null = null;
  private node: AudioWorkletNode | null = null;
  private onFlushed: (() => void) | null = null;

  private constructor(
    private readonly stream: MediaStream,
    private readonly context: AudioContext,
    private readonly source: MediaStreamAudioSourceNode,
    private readonly meter: AnalyserNode,
  ) {}

  /** Ask for a microphone; throws `MicrophoneError`. */
  static async open(deviceId: string): Promise<Microphone> {
    try {
      const device = deviceId === "" ? {} : { deviceId: { exact: deviceId } };
      const audio = { ...device, channelCount: 1, echoCancellation: false, noiseSuppression: false };
      const stream = await devices().getUserMedia({ audio });
      const context = new AudioContext();
      await context.resume();
      const source = context.createMediaStreamSource(stream);
      const meter = context.createAnalyser();
      meter.fftSize = 2048;
      source.connect(meter);
      return new Microphone(stream, context, source, meter);
    } catch (error) {
      throw troubleOf(error);
    }
  }

  get rate(): number {
    return this.context.sampleRate;
  }

  /** Be told when the microphone is unplugged or taken away. */
  onLost(listener: () => void): void {
    for (const track of this.stream.getAudioTracks()) track.addEventListener("ended", listener);
  }

  async sendPcm(send: (data: ArrayBuffer) => void): Promise<void> {
    await this.context.audioWorklet.addModule(workletUrl);
    const node = new AudioWorkletNode(this.context, "earmark-pcm", { numberOfOutputs: 0 });
    node.port.onmessage = ({ data }: MessageEvent<ArrayBuffer | null>) => {
      if (data === null) this.onFlushed?.();
      else if (data.byteLength > 0) send(data);
    };
    this.source.connect(node);
    this.node = node;
    this.keep();
  }

  sendOpus(send: (data: Blob) => void): void {
    this.onOpus = send;
    if (!this.keep()) throw new MicrophoneError("noOpus");
  }

  /** Keep what is heard, where the browser can, so that it may be saved with its text. */
  private keep(): boolean {
    const opus = opusHere();
    if (opus === null) return false;
    this.recorder = new MediaRecorder(this.stream, { mimeType: opus.type });
    this.recorder.ondataavailable = ({ data }) => {
      if (data.size === 0) return;
      this.kept.push(data);
      this.onOpus?.(data);
    };
    this.recorder.start(TIMESLICE_MS);
    return true;
  }

  /** Have the last moment of PCM sent; not waited for where the audio thread has gone. */
  private async flush(): Promise<void> {
    const node = this.node;
    if (node === null) return;
    await new Promise<void>((resolve) => {
      this.onFlushed = resolve;
      setTimeout(resolve, FLUSH_MS);
      node.port.postMessage("flush");
    });
  }

  /** How loud it is now, 0 to 1 over a range of 80 dB. */
  level(): number {
    const samples = new Float32Array(this.meter.fftSize);
    this.meter.getFloatTimeDomainData(samples);
    let power = 0;
    for (const sample of samples) power += sample * sample;
    const db = 10 * Math.log10(power / samples.length + 1e-12);
    return Math.max(0, Math.min(1, 1 - db / SMALLEST_DB));
  }

  /** Let go of the microphone; gives what was kept, null where the browser cannot. */
  async close(): Promise<Blob | null> {
    await this.flush();
    const recorder = this.recorder;
    if (recorder !== null && recorder.state !== "inactive") {
      await new Promise<void>((resolve) => {
        recorder.onstop = () => resolve();
        recorder.stop();
      });
    }
    for (const track of this.stream.getTracks()) track.stop();
    await this.context.close();
    return this.kept.length === 0
      ? null
      : new Blob(this.kept, { type: opusHere()?.type.split(";")[0] ?? "" });
  }
}
