/** One live session: a microphone on one side, the server on the other, and what was said between them. */
import { signal } from "@preact/signals";
import { Microphone, opusHere, type Trouble, troubleOf } from "./microphone";
import type { Said } from "./texts";

export type State = "idle" | "starting" | "listening" | "finishing" | "ended";

/** What went wrong: with the microphone, with the server's own words, or with the connection. */
export type Failure =
  | { readonly kind: "microphone"; readonly trouble: Trouble; readonly detail: string }
  | { readonly kind: "server"; readonly code: string; readonly title: string; readonly detail: string }
  | { readonly kind: "connection" };

export interface Wanted {
  readonly microphone: string;
  readonly language: string;
  readonly engine: string;
  readonly compressed: boolean;
}

interface Message {
  readonly type: "ready" | "partial" | "final" | "level" | "error" | "done";
  readonly [name: string]: unknown;
}

const METER_MS = 100;
/** Bytes that may wait in this browser; then the line is too slow. */
const MOST_WAITING = 4_000_000;

export class Session {
  readonly state = signal<State>("idle");
  readonly said = signal<readonly Said[]>([]);
  readonly partial = signal<Said | null>(null);
  readonly level = signal(0);
  readonly seconds = signal(0);
  readonly behind = signal(0);
  readonly caution = signal<string | null>(null);
  readonly failure = signal<Failure | null>(null);
  /** What was heard, to be saved; null until the end, and where the browser keeps nothing. */
  readonly sound = signal<Blob | null>(null);

  private microphone: Microphone | null = null;
  private socket: WebSocket | null = null;
  private meter: ReturnType<typeof setInterval> | undefined;

  get isRunning(): boolean {
    return (
      this.state.value === "starting" || this.state.value === "listening" || this.state.value === "finishing"
    );
  }

  async start(wanted: Wanted): Promise<void> {
    if (this.isRunning) return;
    this.forget();
    this.state.value = "starting";
    try {
      this.microphone = await Microphone.open(wanted.microphone);
      this.microphone.onLost(() => this.stop());
      this.meter = setInterval(() => {
        this.level.value = this.microphone?.level() ?? 0;
      }, METER_MS);
      this.connect(this.microphone, wanted);
    } catch (error) {
      await this.fail(this.troubled(error));
    }
  }

  /** Send no more; the rest is still written down. */
  stop(): void {
    if (this.state.value === "starting") {
      void this.end();
    } else if (this.state.value === "listening") {
      this.state.value = "finishing";
      void this.release().then(() => this.socket?.send('{"type": "stop"}'));
    }
  }

  /** Leave at once. */
  async close(): Promise<void> {
    if (this.isRunning) await this.end();
  }

  private forget(): void {
    this.said.value = [];
    this.partial.value = null;
    this.failure.value = null;
    this.caution.value = null;
    this.sound.value = null;
    this.seconds.value = 0;
    this.behind.value = 0;
  }

  private connect(microphone: Microphone, wanted: Wanted): void {
    const opus = wanted.compressed ? opusHere() : null;
    const query = new URLSearchParams({
      format: opus?.format ?? "pcm16",
      rate: String(microphone.rate),
      ...(wanted.language === "" ? {} : { language: wanted.language }),
      ...(wanted.engine === "" ? {} : { engine: wanted.engine }),
    });
    const socket = new WebSocket(`${location.origin.replace(/^http/, "ws")}/api/v1/live?${query}`);
    this.socket = socket;
    socket.onmessage = ({ data }: MessageEvent<string>) => {
      if (this.socket === socket) this.hear(JSON.parse(data) as Message, wanted);
    };
    socket.onclose = () => {
      if (this.socket === socket && this.isRunning) void this.fail({ kind: "connection" });
    };
  }

  private hear(message: Message, wanted: Wanted): void {
    if (message.type === "ready") {
      this.caution.value = (message.caution as string | null) ?? null;
      void this.listen(wanted);
    } else if (message.type === "partial") {
      this.partial.value = message.text ? (message as unknown as Said) : null;
    } else if (message.type === "final") {
      this.partial.value = null;
      if (message.text) this.said.value = [...this.said.value, told(message)];
    } else if (message.type === "level") {
      this.seconds.value = Number(message.at);
      this.behind.value = Number(message.behind);
    } else if (message.type === "error") {
      void this.fail({
        kind: "server",
        code: String(message.code),
        title: String(message.title),
        detail: String(message.message),
      });
    } else {
      this.seconds.value = Number(message.duration);
      void this.end();
    }
  }

  /** The server is ready: let the microphone speak. */
  private async listen(wanted: Wanted): Promise<void> {
    const microphone = this.microphone;
    if (microphone === null || this.state.value !== "starting") return;
    const send = (data: ArrayBuffer | Blob) => {
      if (this.socket?.readyState !== WebSocket.OPEN) return;
      if (this.socket.bufferedAmount > MOST_WAITING) void this.fail({ kind: "connection" });
      else this.socket.send(data);
    };
    try {
      this.state.value = "listening";
      if (wanted.compressed && opusHere() !== null) microphone.sendOpus(send);
      else await microphone.sendPcm(send);
    } catch (error) {
      await this.fail(this.troubled(error));
    }
  }

  private troubled(error: unknown): Failure {
    const { trouble, message } = troubleOf(error);
    return { kind: "microphone", trouble, detail: message };
  }

  private async fail(failure: Failure): Promise<void> {
    this.failure.value = failure;
    await this.end();
  }

  private async end(): Promise<void> {
    const socket = this.socket;
    this.socket = null;
    socket?.close();
    await this.release();
    this.partial.value = null;
    this.state.value = "ended";
  }

  private async release(): Promise<void> {
    clearInterval(this.meter);
    this.level.value = 0;
    const microphone = this.microphone;
    this.microphone = null;
    const sound = (await microphone?.close()) ?? null;
    if (sound !== null) this.sound.value = sound;
  }
}

function told({ type: _, ...segment }: Message): Said {
  return segment as unknown as Said;
}
