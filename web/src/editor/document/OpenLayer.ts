/** An annotation of the recording on the screen: its document, and how it is shown. */
import { computed, type ReadonlySignal, type Signal, signal } from "@preact/signals";
import type { SchemaAnnotationAnswer } from "../../api/schema";
import type { Segment, SegmentSource } from "../types";
import { AnnotationDocument } from "./AnnotationDocument";
import type { About } from "./Outbox";
import { Rejected } from "./Rejected";
import type { Window } from "./remote";

export class OpenLayer {
  readonly id: string;
  readonly header: Signal<SchemaAnnotationAnswer>;
  readonly document: AnnotationDocument;
  readonly rejected: Rejected;
  readonly visible = signal(false);
  readonly minScore = signal(0);
  readonly showRejected = signal(false);
  readonly segments: SegmentSource;
  #opened = false;

  constructor(header: SchemaAnnotationAnswer, about: About, window: Window | null) {
    this.id = header.id;
    this.header = signal(header);
    this.document = new AnnotationDocument(about, { window });
    this.document.areas.take(header);
    this.rejected = new Rejected(header.id);
    this.segments =
      header.kind === "person"
        ? this.document.segments
        : new HidingSource(this.document.segments, this.#hidden);
    this.document.header.subscribe((fresh) => {
      if (fresh) this.take(fresh);
    });
  }

  readonly #hidden = computed<ReadonlySet<string>>(() =>
    this.showRejected.value ? new Set() : this.rejected.ids.value,
  );

  take(header: SchemaAnnotationAnswer): void {
    if (JSON.stringify(header) !== JSON.stringify(this.header.peek())) this.header.value = header;
    this.document.areas.take(header);
  }

  show(visible: boolean): void {
    this.visible.value = visible;
    if (visible) this.open();
  }

  /** Load it, once. */
  open(): void {
    if (this.#opened) return;
    this.#opened = true;
    void this.document.open();
  }

  close(): void {
    this.document.close();
  }
}

/** Segments without those that are hidden. */
class HidingSource implements SegmentSource {
  readonly version: ReadonlySignal<number>;
  #count = 0;

  constructor(
    private readonly source: SegmentSource,
    private readonly hidden: ReadonlySignal<ReadonlySet<string>>,
  ) {
    this.version = computed(() => {
      void this.source.version.value;
      void this.hidden.value;
      return ++this.#count;
    });
  }

  get size(): number {
    return this.source.size - this.hidden.value.size;
  }

  get(id: string): Segment | undefined {
    return this.source.get(id);
  }

  overlapping(start: number, end: number): Segment[] {
    const found = this.source.overlapping(start, end);
    const hidden = this.hidden.value;
    return hidden.size === 0 ? found : found.filter((segment) => !hidden.has(segment.id));
  }

  neighbour(time: number, direction: 1 | -1): Segment | undefined {
    let found = this.source.neighbour(time, direction);
    while (found && this.hidden.value.has(found.id)) found = this.source.neighbour(found.start, direction);
    return found;
  }
}
