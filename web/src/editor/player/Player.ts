/** Plays a recording from any moment: one hidden audio element over ranges of bytes, never the whole file. */
import { batch, computed, type ReadonlySignal, signal } from "@preact/signals";
import type { Sound, View } from "../types";
import { MediaClock } from "./clock";
import { ChannelGraph, isPlain, type Mix } from "./graph";
import { type Source, sourceAt } from "./source";
import { type PlayTrouble, troubleOf } from "./trouble";

export const SLOWEST = 0.25;
export const FASTEST = 4;
/** A timer set for the end of a range comes this much early at most, in seconds; the last bit is waited for in frames. */
const EARLY = 0.004;

const wall = (): number => performance.now() / 1000;

export class Player {
  private readonly isPlaying = signal(false);
  private readonly isWaiting = signal(false);
  private readonly now = signal(0);
  private readonly speed = signal(1);
  private readonly pitch = signal(true);
  private readonly stretch = signal<View | null>(null);
  private readonly again = signal(false);
  private readonly wrong = signal<PlayTrouble | null>(null);
  private readonly heard = signal<Mix>({ gains: [], solo: new Set(), muted: new Set() });

  readonly playing: ReadonlySignal<boolean> = this.isPlaying;
  /** Playing, but the sound has not arrived. */
  readonly waiting: ReadonlySignal<boolean> = this.isWaiting;
  /** Seconds from the start of the recording; new at every frame while it plays. */
  readonly time: ReadonlySignal<number> = this.now;
  readonly rate: ReadonlySignal<number> = this.speed;
  /** Whether the pitch stays when the rate is changed; off, ultrasound played slowly can be heard. */
  readonly pitchKept: ReadonlySignal<boolean> = this.pitch;
  /** What is played, null for everything. */
  readonly range: ReadonlySignal<View | null> = this.stretch;
  readonly loop: ReadonlySignal<boolean> = this.again;
  readonly trouble: ReadonlySignal<PlayTrouble | null> = this.wrong;
  /** Gain in dB of each channel. */
  readonly gains: ReadonlySignal<readonly number[]> = computed(() => this.heard.value.gains);
  readonly solo: ReadonlySignal<ReadonlySet<number>> = computed(() => this.heard.value.solo);
  readonly muted: ReadonlySignal<ReadonlySet<number>> = computed(() => this.heard.value.muted);

  private readonly element = new Audio();
  private readonly clock = new MediaClock();
  private source: Source | null = null;
  private graph: ChannelGraph | null = null;
  private frame = 0;
  private timer = 0;
  /** A range that is forgotten once it was played. */
  private passing = false;

  constructor(readonly sound: Sound) {
    this.heard.value = { ...this.heard.value, gains: Array.from({ length: sound.channels }, () => 0) };
    this.element.preload = "metadata";
    this.element.addEventListener("error", this.failed);
    this.element.addEventListener("ended", this.ended);
    this.element.addEventListener("waiting", () => this.wait(true));
    this.element.addEventListener("playing", () => this.wait(false));
    // Keys of keyboards and headphones stop the element itself.
    this.element.addEventListener("pause", this.paused);
  }

  /** Play from the playhead, to the end of the range if it lies in one. */
  async play(): Promise<void> {
    const range = this.stretch.value;
    if (this.now.value >= this.sound.duration) this.seek(0);
    if (range && (this.now.value < range.start || this.now.value >= range.end)) {
      if (this.again.value) this.seek(range.start);
      else this.setRange(null);
    }
    await this.start();
  }

  pause(): void {
    this.element.pause();
    this.stop();
  }

  async toggle(): Promise<void> {
    if (this.isPlaying.value) this.pause();
    else await this.play();
  }

  /** Play a stretch once, or again and again; it is forgotten when it ends. */
  async playRange(start: number, end: number, loop = false): Promise<void> {
    batch(() => {
      this.stretch.value = { start, end: Math.min(end, this.sound.duration) };
      this.again.value = loop;
      this.passing = true;
    });
    this.seek(start);
    await this.start();
  }

  /** Set or clear the range that is looped or played to its end; it stays until it is cleared. */
  setRange(range: View | null): void {
    this.stretch.value = range;
    this.passing = false;
    this.arm();
  }

  setLoop(loop: boolean): void {
    this.again.value = loop;
    if (this.stretch.value) this.passing = false;
  }

  seek(time: number): void {
    const held = Math.min(Math.max(time, 0), this.sound.duration);
    this.now.value = held;
    this.clock.reset(held, wall());
    if (this.source) this.move(held);
    this.arm();
  }

  setRate(rate: number): void {
    this.speed.value = Math.min(Math.max(rate, SLOWEST), FASTEST);
    this.element.playbackRate = this.speed.value;
    // Else loading another part would set it back.
    this.element.defaultPlaybackRate = this.speed.value;
    this.clock.reset(this.now.value, wall());
    this.arm();
  }

  keepPitch(kept: boolean): void {
    this.pitch.value = kept;
    this.element.preservesPitch = kept;
  }

  setGain(channel: number, decibels: number): void {
    const gains = this.heard.value.gains.map((gain, index) => (index === channel ? decibels : gain));
    this.remix({ ...this.heard.value, gains });
  }

  toggleSolo(channel: number): void {
    this.remix({ ...this.heard.value, solo: toggled(this.heard.value.solo, channel) });
  }

  toggleMute(channel: number): void {
    this.remix({ ...this.heard.value, muted: toggled(this.heard.value.muted, channel) });
  }

  dispose(): void {
    this.pause();
    this.element.removeEventListener("error", this.failed);
    this.element.removeAttribute("src");
    this.element.load();
    this.graph?.close();
  }

  private remix(mix: Mix): void {
    this.heard.value = mix;
    if (this.graph || this.isPlaying.value) this.connect();
  }

  /** Take the sound through the graph from the first time that this is needed; there is no way back. */
  private connect(): void {
    if (this.graph === null && isPlain(this.heard.value, this.sound.channels)) return;
    this.graph ??= new ChannelGraph(this.element, this.sound.channels);
    this.graph.apply(this.heard.value);
  }

  private async start(): Promise<void> {
    this.wrong.value = null;
    if (this.source === null || this.element.error) this.move(this.now.value, true);
    this.connect();
    this.isPlaying.value = true;
    this.isWaiting.value = this.element.readyState < HTMLMediaElement.HAVE_FUTURE_DATA;
    this.clock.reset(this.now.value, wall());
    this.run();
    try {
      await this.graph?.resume();
      await this.element.play();
    } catch (error) {
      // A pause that comes before the sound is no trouble; what cannot be decoded comes as an event.
      if (error instanceof DOMException && error.name === "NotAllowedError") this.tell("blocked");
      if (!(error instanceof DOMException && error.name === "AbortError")) this.stop();
    }
    this.arm();
  }

  /** Go to a moment, in another part of the recording if it lies there. */
  private move(time: number, anew = false): void {
    const source = sourceAt(this.sound, Math.min(time, Math.max(0, this.sound.duration - 1e-6)));
    if (anew || this.source?.url !== source.url) {
      this.source = source;
      this.element.src = source.url;
      this.keepPitch(this.pitch.value);
      this.element.playbackRate = this.speed.value;
    }
    this.element.currentTime = Math.max(0, time - source.start);
    if (this.isPlaying.value && this.element.paused) this.element.play().catch(() => undefined);
  }

  private readonly tick = (): void => {
    this.frame = requestAnimationFrame(this.tick);
    if (!this.element.seeking) this.read();
    if (this.atEnd(0)) this.finish();
  };

  private read(): void {
    const latency = (this.graph?.latency ?? 0) * this.speed.value;
    const current = (this.source?.start ?? 0) + this.element.currentTime - latency;
    const time = this.isWaiting.value ? this.now.value : this.clock.read(current, wall(), this.speed.value);
    this.now.value = Math.min(Math.max(time, 0), this.stretch.value?.end ?? this.sound.duration);
  }

  private atEnd(early: number): boolean {
    const end = this.stretch.value?.end;
    return this.isPlaying.value && end !== undefined && this.now.value >= end - early * this.speed.value;
  }

  /** Set a timer for the end of the range: frames come too seldom, and not at all in a page that is hidden. */
  private arm(): void {
    clearTimeout(this.timer);
    const end = this.stretch.value?.end;
    if (!this.isPlaying.value || end === undefined) return;
    const left = (end - this.now.value) / this.speed.value;
    this.timer = window.setTimeout(this.check, Math.max(0, (left - EARLY) * 1000));
  }

  private readonly check = (): void => {
    if (!this.element.seeking) this.read();
    if (this.atEnd(EARLY)) this.finish();
    else this.arm();
  };

  private finish(): void {
    const range = this.stretch.value;
    if (range && this.again.value && range.end > range.start) {
      this.seek(range.start);
      return;
    }
    this.element.pause();
    if (range) this.now.value = range.end;
    this.stop();
    if (this.passing) this.setRange(null);
  }

  private readonly ended = (): void => {
    const end = this.source?.end ?? this.sound.duration;
    if (end < this.sound.duration) this.seek(end);
    else if (this.again.value) this.seek(this.stretch.value?.start ?? 0);
    else {
      this.now.value = this.sound.duration;
      this.stop();
      if (this.passing) this.setRange(null);
    }
    if (this.isPlaying.value) this.element.play().catch(() => undefined);
  };

  private readonly paused = (): void => {
    if (this.isPlaying.value && !this.element.ended && !this.element.seeking) this.stop();
  };

  private readonly failed = (): void => {
    this.stop();
    void troubleOf(this.element, this.source?.url ?? "").then((trouble) => {
      this.wrong.value = trouble;
    });
  };

  private tell(kind: PlayTrouble["kind"]): void {
    this.wrong.value = { kind, error: null };
  }

  private wait(waiting: boolean): void {
    this.isWaiting.value = waiting && this.isPlaying.value;
    this.clock.reset(this.now.value, wall());
  }

  private run(): void {
    cancelAnimationFrame(this.frame);
    this.frame = requestAnimationFrame(this.tick);
  }

  private stop(): void {
    this.isPlaying.value = false;
    this.isWaiting.value = false;
    cancelAnimationFrame(this.frame);
    clearTimeout(this.timer);
  }
}

function toggled(set: ReadonlySet<number>, value: number): Set<number> {
  const changed = new Set(set);
  if (!changed.delete(value)) changed.add(value);
  return changed;
}
