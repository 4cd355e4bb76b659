/** The transcript of one recording: which annotation is read, where the cursor is, what is heard. */
import { computed, effect, type ReadonlySignal, signal } from "@preact/signals";
import type { OpenLayer } from "../editor/document/OpenLayer";
import type { Workspace } from "../editor/document/Workspace";
import { speakerColours } from "../editor/model/speakerColours";
import { seated, speakersOf } from "../editor/model/speakers";
import { reveal } from "../editor/model/view";
import type { ColourOf, Segment } from "../editor/types";
import { Finder } from "./Finder";
import { type Cursor, wordAt } from "./model/cursor";
import { pieceAtOffset, piecesOf } from "./model/pieces";
import { hasText, linesOf } from "./model/rows";
import { otherSounds } from "./settings";

/** A line whose text is being typed. */
export interface Typing {
  readonly id: string;
  /** As it was before: its words keep their times while they are typed around. */
  readonly base: Segment;
  /** Made just now: given up, it goes. */
  readonly fresh: boolean;
  /** Where the caret is put, in letters. */
  readonly caret: number;
  /** Names the step that is undone. */
  readonly key: string;
}

/** What is open over the text. */
export type Shown = "speaker" | "rename" | "language" | "copy" | "keys" | null;

const NO_LINES: readonly Segment[] = [];

export class Desk {
  /** The annotation that somebody asked for, by address or by choice. */
  readonly chosenId = signal<string | null>(null);
  readonly cursor = signal<Cursor | null>(null);
  readonly typing = signal<Typing | null>(null);
  readonly shown = signal<Shown>(null);
  /** Whose name is changed. */
  readonly renamed = signal<string>("");
  /** Scrolled away by hand while it plays: the text stays where it is. */
  readonly away = signal(false);
  /** Annotations were looked through for text. */
  readonly settled = signal(false);
  readonly finder: Finder;
  readonly #stops: (() => void)[] = [];

  constructor(readonly work: Workspace) {
    this.finder = new Finder(this.lines);
    this.#stops.push(
      effect(() => {
        if (this.work.player.playing.value) this.away.value = false;
      }),
      effect(() => this.#seat()),
      effect(() => this.#hold()),
    );
  }

  close(): void {
    for (const stop of this.#stops) stop();
  }

  /** The annotation that is read: the one asked for, else one's own. */
  readonly layer: ReadonlySignal<OpenLayer | null> = computed(() => {
    const { open, active } = this.work.layers;
    return open.value.find((layer) => layer.id === this.chosenId.value) ?? active.value;
  });

  readonly canEdit = computed(
    () =>
      this.layer.value !== null &&
      this.layer.value === this.work.layers.active.value &&
      this.work.canEdit.value,
  );

  readonly segments: ReadonlySignal<readonly Segment[]> = computed(() => {
    const document = this.layer.value?.document;
    void document?.segments.version.value;
    // The list is changed in place: who depends on it is told by another one.
    return document ? [...document.segments.all] : NO_LINES;
  });

  readonly lines = computed(() => linesOf(this.segments.value, otherSounds.value));

  /** Place of each line. */
  readonly order: ReadonlySignal<ReadonlyMap<string, number>> = computed(
    () => new Map(this.lines.value.map((line, n) => [line.id, n])),
  );

  readonly hasText = computed(() => this.segments.value.some(hasText));
  readonly loaded = computed(() => this.layer.value?.document.loaded.value ?? true);

  // Speakers ------------------------------------------------------------------------------------------------------------

  readonly speakers = computed(() => speakersOf(this.segments.value));
  readonly seats = signal<readonly (string | null)[]>([]);
  readonly colourOf: ReadonlySignal<ColourOf> = computed(() => speakerColours(this.seats.value));

  #seat(): void {
    // In the order in which they are heard in the whole recording, not in the part that came first.
    if (!this.loaded.value) return;
    const before = this.seats.peek();
    const next = seated(
      before,
      this.speakers.value.map((speaker) => speaker.name),
    );
    if (next.length !== before.length || next.some((name, n) => name !== before[n])) this.seats.value = next;
  }

  // Where one is --------------------------------------------------------------------------------------------------------

  #lastAt = 0;

  /** Where the cursor's line is gone, by undo or by others, it goes to the one that took its place. */
  #hold(): void {
    const { cursor } = this;
    const at = cursor.value ? this.order.value.get(cursor.value.id) : undefined;
    if (at !== undefined) this.#lastAt = at;
    if (cursor.value === null || at !== undefined || !this.loaded.value) return;
    const line = this.lines.value[Math.min(this.#lastAt, this.lines.value.length - 1)];
    cursor.value = line ? { id: line.id, piece: 0 } : null;
  }

  get place(): { at: number; piece: number } {
    const cursor = this.cursor.value;
    return { at: Math.max(0, this.order.value.get(cursor?.id ?? "") ?? 0), piece: cursor?.piece ?? 0 };
  }

  lineOf(id: string): Segment | undefined {
    return this.layer.peek()?.document.segments.get(id);
  }

  /** The line that the cursor is in. */
  readonly line: ReadonlySignal<Segment | undefined> = computed(() => {
    const at = this.order.value.get(this.cursor.value?.id ?? "");
    return at === undefined ? undefined : this.lines.value[at];
  });

  /** Lines that commands are about: those selected, else the cursor's. */
  get targets(): readonly Segment[] {
    const { ids } = this.work.selection;
    const chosen = this.lines.value.filter((line) => ids.has(line.id));
    if (chosen.length > 0) return chosen;
    return this.line.value ? [this.line.value] : [];
  }

  moveTo(cursor: Cursor | null): void {
    if (cursor === null) return;
    this.cursor.value = cursor;
    this.work.select(this.layer.value?.id ?? null, [cursor.id]);
    const line = this.lineOf(cursor.id);
    if (line) this.#revealTime(piecesOf(line)[cursor.piece]?.start ?? line.start);
  }

  /** Put the cursor on another line and select all from where the selection began. */
  extendTo(cursor: Cursor | null): void {
    const { order, lines } = this;
    const anchor = order.value.get(this.cursor.value?.id ?? "");
    const at = cursor ? order.value.get(cursor.id) : undefined;
    if (cursor === null || at === undefined) return;
    const held = [...this.work.selection.ids].map((id) => order.value.get(id) ?? -1).filter((n) => n >= 0);
    const first =
      anchor === undefined
        ? at
        : anchor === Math.max(...held)
          ? Math.min(...held, anchor)
          : Math.max(...held, anchor);
    const [from, to] = [Math.min(first, at), Math.max(first, at)];
    this.cursor.value = cursor;
    this.work.select(
      this.layer.value?.id ?? null,
      lines.value.slice(from, to + 1).map((line) => line.id),
    );
  }

  #revealTime(time: number): void {
    const { work } = this;
    work.view.value = reveal(
      work.view.peek(),
      time,
      Math.min(time + 0.5, work.sound.duration),
      work.sound.duration,
    );
  }

  // What is heard -------------------------------------------------------------------------------------------------------

  readonly #heard = computed(() => {
    const time = this.work.player.time.value;
    void this.segments.value;
    const found = this.layer.value?.document.segments.overlapping(time, time + 1e-6) ?? [];
    return wordAt(linesOf(found, otherSounds.value), time);
  });

  readonly nowId = computed(() => this.#heard.value?.id ?? null);
  readonly nowPiece = computed(() => this.#heard.value?.piece ?? -1);

  /** Hear a word, and go on from it. */
  hear(cursor: Cursor): void {
    const line = this.lineOf(cursor.id);
    if (line === undefined) return;
    this.moveTo(cursor);
    this.playFrom(piecesOf(line)[cursor.piece]?.start ?? line.start);
  }

  /** Put the cursor on the word that is spoken at a moment. */
  goTo(time: number): void {
    const found = this.layer.value?.document.segments.overlapping(time, time + 1e-6) ?? [];
    const word = wordAt(linesOf(found, otherSounds.value), time);
    if (word) this.moveTo({ ...word, piece: Math.max(0, word.piece) });
  }

  playFrom(time: number): void {
    const { player } = this.work;
    player.setRange(null);
    player.seek(time);
    this.away.value = false;
    void player.play();
  }

  playLine(id: string): void {
    const line = this.lineOf(id);
    if (line) void this.work.player.playRange(line.start, line.end);
  }

  /** Go back or on by seconds. */
  skip(seconds: number): void {
    const { player } = this.work;
    player.seek(player.time.peek() + seconds);
    this.away.value = false;
    this.#revealTime(player.time.peek());
  }

  // Searching -----------------------------------------------------------------------------------------------------------

  find(direction: 1 | -1): void {
    const { cursor, finder, order } = this;
    const line = cursor.value ? this.lineOf(cursor.value.id) : undefined;
    const at = line && cursor.value ? (piecesOf(line)[cursor.value.piece]?.at ?? 0) - direction : 0;
    const match = finder.step(direction, order.value, cursor.value ? { id: cursor.value.id, at } : null);
    if (match === null) return;
    const found = this.lineOf(match.id);
    this.moveTo({ id: match.id, piece: Math.max(0, found ? pieceAtOffset(piecesOf(found), match.from) : 0) });
  }

  // Annotations ---------------------------------------------------------------------------------------------------------

  choose(id: string): void {
    const { layers } = this.work;
    const layer = layers.open.value.find((one) => one.id === id);
    if (layer === undefined) return;
    this.chosenId.value = id;
    this.cursor.value = null;
    this.typing.value = null;
    if (layers.isEditable(layer.header.value)) layers.activate(id);
    else layer.show(true);
  }
}
