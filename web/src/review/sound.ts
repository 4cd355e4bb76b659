/** Plays one segment at a time. */
import { signal } from "@preact/signals";
import type { Card } from "./cards";

export interface Playing {
  readonly key: string;
  /** When its picture is at the beginning of the segment, in seconds of the page's clock; null before it sounds. */
  readonly begun: number | null;
  readonly seconds: number;
}

const STORED = "earmark.review.hover";
/** Shorter segments are clicks that nobody recognises. */
const LEAST = 0.12;

export const playing = signal<Playing | null>(null);
export const onHover = signal(localStorage.getItem(STORED) !== "off");
/** Browsers make no sound before the page was clicked or a key was pressed. */
export const silenced = signal(false);

export function setHover(on: boolean): void {
  onHover.value = on;
  localStorage.setItem(STORED, on ? "on" : "off");
}

let audio: HTMLAudioElement | null = null;

/** Where the sound of a card is: its segment, on its channel. */
export function soundOf({ recordingId, duration, segment }: Card): string {
  const long = Math.max(segment.end - segment.start, LEAST);
  const end = Math.min(segment.start + long, duration ?? Number.POSITIVE_INFINITY);
  const query = new URLSearchParams({ start: String(segment.start), end: String(end), format: "wav" });
  if (typeof segment.channel === "number") query.set("channel", String(segment.channel));
  return `/api/v1/recordings/${recordingId}/audio?${query}`;
}

export function stop(): void {
  audio?.pause();
  audio = null;
  playing.value = null;
}

export function play(card: Card, trouble: (error: unknown) => void): void {
  stop();
  const mine = new Audio(soundOf(card));
  audio = mine;
  const seconds = Math.max(card.segment.end - card.segment.start, LEAST);
  playing.value = { key: card.key, begun: null, seconds };
  mine.onplaying = () => {
    silenced.value = false;
    if (audio === mine) playing.value = { key: card.key, begun: performance.now() / 1000, seconds };
  };
  mine.onended = () => {
    if (audio === mine) stop();
  };
  mine.play().catch((error: unknown) => {
    // Given up for the next one, or not allowed yet.
    const name = error instanceof DOMException ? error.name : "";
    if (audio === mine) stop();
    if (name === "NotAllowedError") silenced.value = true;
    else if (name !== "AbortError") trouble(error);
  });
}

export function toggle(card: Card, trouble: (error: unknown) => void): void {
  if (playing.value?.key === card.key) stop();
  else play(card, trouble);
}
