/** The annotations of a recording on the screen, and which of them is edited. */
import { computed, type ReadonlySignal, signal } from "@preact/signals";
import { type EventKind, onEvents, type ServerEvent } from "../../api/events";
import type { SchemaAnnotationAnswer } from "../../api/schema";
import type { Layer } from "../types";
import { OpenLayer } from "./OpenLayer";
import type { Window } from "./remote";
import { listAnnotations, ownOf, type Subject } from "./subject";

/** With more annotations than this, only one's own and the latest of a model are shown at first. */
const SHOWN_AT_FIRST = 3;

const EVENTS: readonly EventKind[] = [
  "annotation.areas",
  "annotation.created",
  "annotation.deleted",
  "annotation.edited",
  "annotation.reopened",
  "annotation.restored",
  "annotation.reverted",
  "annotation.reviewed",
  "annotation.submitted",
];

/** Somebody who changed something here a moment ago. */
export interface Presence {
  readonly name: string;
  readonly at: number;
}

export interface Selection {
  readonly layerId: string | null;
  readonly ids: ReadonlySet<string>;
}

export class LayerList {
  readonly open = signal<readonly OpenLayer[]>([]);
  readonly activeId = signal<string | null>(null);
  readonly active: ReadonlySignal<OpenLayer | null> = computed(
    () => this.open.value.find((layer) => layer.id === this.activeId.value) ?? null,
  );
  readonly present = signal<readonly Presence[]>([]);
  readonly selection = signal<Selection>({ layerId: null, ids: new Set() });
  #stop: () => void = () => {};

  constructor(
    readonly subject: Subject,
    private readonly window: () => Window | null,
  ) {}

  /** Whether the annotation takes edits of this person as it is. */
  isEditable(header: SchemaAnnotationAnswer): boolean {
    const { user, rights } = this.subject;
    if (header.kind !== "person" || header.deleted_at !== null) return false;
    const may = rights.manage || (rights.annotate && header.author_id === user.id);
    return may && (header.status === "draft" || (header.status === "submitted" && rights.manage));
  }

  async load(wanted: string | null): Promise<void> {
    const found = await listAnnotations(this.subject.recording.id);
    this.open.value = found.map((header) => this.#layerOf(header));
    const asked = found.find((header) => header.id === wanted && header.kind === "person");
    const own = asked ?? ownOf(found, this.subject.user.id);
    if (own) this.activate(own.id);
    const few = found.length <= SHOWN_AT_FIRST;
    const model = found.findLast((header) => header.kind === "model")?.id;
    for (const layer of this.open.value) {
      if (few || layer.id === model || layer.id === wanted) layer.show(true);
    }
    this.#stop = onEvents(EVENTS, (event) => void this.#hear(event));
    addEventListener("online", this.#online);
  }

  close(): void {
    this.#stop();
    removeEventListener("online", this.#online);
    for (const layer of this.open.value) layer.close();
  }

  activate(id: string): void {
    this.activeId.value = id;
    this.open.value.find((layer) => layer.id === id)?.show(true);
    this.selection.value = { layerId: id, ids: new Set() };
  }

  add(header: SchemaAnnotationAnswer): OpenLayer {
    const held = this.open.value.find((layer) => layer.id === header.id);
    if (held) return held;
    const layer = this.#layerOf(header);
    this.open.value = [...this.open.value, layer];
    return layer;
  }

  /** For the timeline: the edited one first, then people's, then those of models and files. */
  readonly layers: ReadonlySignal<readonly Layer[]> = computed(() => {
    const rank = (layer: OpenLayer) =>
      layer.id === this.activeId.value ? 0 : layer.header.value.kind === "person" ? 1 : 2;
    return [...this.open.value].sort((a, b) => rank(a) - rank(b)).map((layer) => this.#view(layer));
  });

  #view(layer: OpenLayer): Layer {
    const header = layer.header.value;
    const isActive = layer.id === this.activeId.value;
    const own = this.active.value?.document.segments;
    const { layerId, ids } = this.selection.value;
    return {
      id: layer.id,
      title: header.source,
      kind: isActive ? "mine" : header.kind,
      segments: layer.segments,
      editable: isActive && this.isEditable(header),
      visible: layer.visible.value,
      minScore: layer.minScore.value,
      areas: layer.document.areas.areas.value,
      ...(isActive ? {} : { isAccepted: (id: string) => own?.get(id) !== undefined }),
      ...(layerId === layer.id ? { selected: ids } : {}),
    };
  }

  #layerOf(header: SchemaAnnotationAnswer): OpenLayer {
    const { recording, user } = this.subject;
    const about = {
      annotationId: header.id,
      recordingId: recording.id,
      recordingName: recording.name,
      userId: user.id,
    };
    return new OpenLayer(header, about, this.window());
  }

  readonly #online = (): void => {
    for (const layer of this.open.value) if (layer.visible.value) layer.document.refresh();
  };

  async #hear(event: ServerEvent): Promise<void> {
    const layer = this.open.value.find((one) => one.id === event.subject_id);
    if (event.kind === "annotation.created" || event.kind === "annotation.restored") {
      if (event.data.recording_id === this.subject.recording.id) await this.#reload();
      return;
    }
    if (layer === undefined) return;
    this.#see(event);
    if (event.kind === "annotation.deleted") this.#remove(layer);
    else if (event.kind === "annotation.edited" || event.kind === "annotation.reverted") {
      layer.document.hear(Number(event.data.revision));
    } else layer.document.refresh();
  }

  async #reload(): Promise<void> {
    const found = await listAnnotations(this.subject.recording.id).catch(() => []);
    for (const header of found) this.add(header).take(header);
  }

  #remove(layer: OpenLayer): void {
    // What was not sent yet can still be kept as a file: a layer with unsent edits stays.
    if (layer.document.isAtRisk) {
      layer.document.refresh();
      return;
    }
    if (this.activeId.value === layer.id) this.activeId.value = null;
    this.open.value = this.open.value.filter((one) => one !== layer);
    layer.close();
  }

  #see(event: ServerEvent): void {
    const name = String(event.data.by ?? "");
    const author = event.data.author_id;
    if (name === "" || author === this.subject.user.id || name === this.subject.user.name) return;
    const others = this.present.value.filter((one) => one.name !== name);
    this.present.value = [{ name, at: Date.now() }, ...others].slice(0, 8);
  }
}
