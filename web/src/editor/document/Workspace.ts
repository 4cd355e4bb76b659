/** One recording in the editor: what is shown, selected, played and edited. Commands, tools and panels work on it. */
import { computed, type ReadonlySignal, type Signal, signal } from "@preact/signals";
import { type Key, t } from "../../i18n";
import { complain, say } from "../../ui";
import { type Edit, squash } from "../model/edits";
import { type Limits, newId } from "../model/segments";
import { reveal, wholeView } from "../model/view";
import { Player } from "../player/Player";
import type { Area, ColourOf, Draft, Edge, Segment, Sound, Tool, View } from "../types";
import type { AnnotationDocument, ApplyOptions } from "./AnnotationDocument";
import { LayerList, type Selection } from "./LayerList";
import type { OpenLayer } from "./OpenLayer";
import { verdictOf } from "./remote";
import { beginAnnotation, type Subject } from "./subject";

/** Long recordings open on their beginning, not as a whole day. */
const FIRST_VIEW_SECONDS = 60;

/** Edits that wait for an annotation that they can be made in. */
export interface Proposal {
  readonly edits: readonly Edit[];
  readonly options: ApplyOptions;
}

/** What is open over the timeline. */
export type Overlay = "keys" | "notes" | "conflicts" | "begin" | "submit" | "rename" | null;

export class Workspace {
  readonly sound: Sound;
  readonly limits: Limits;
  readonly player: Player;
  readonly layers: LayerList;
  readonly view: Signal<View>;
  readonly tool = signal<Tool>("select");
  readonly draft = signal<Draft | null>(null);
  /** Label of segments that are made next. */
  readonly label: Signal<string | null>;
  /** The edge that keys move. */
  readonly edge = signal<Edge>("end");
  readonly overlay = signal<Overlay>(null);
  /** Whose notes the overlay shows. */
  readonly notesOf = signal<string | null>(null);
  /** The speaker who gets another name in the overlay. */
  readonly renamed = signal("");
  readonly proposal = signal<Proposal | null>(null);
  /** Where a segment was begun by key, until its end is said. */
  readonly begun = signal<number | null>(null);
  readonly busy = signal(false);
  /** Why an annotation could not be begun, with what it was to be a copy of; what waits for it is only here. */
  readonly notBegun = signal<{ readonly error: unknown; readonly copyOf: string | null } | null>(null);
  /** Sent again under the same name, so that an answer that was lost makes no second annotation. */
  readonly #beginnings = new Map<string | null, string>();
  /** What is being dragged, for keys that give it up. */
  pointer: { readonly isBusy: boolean; cancel(): void } | null = null;
  /** Moves the keyboard's focus: the inspector listens. */
  readonly wantsFocus = signal<"label" | "text" | null>(null);

  constructor(
    readonly subject: Subject,
    readonly colourOf: ReadonlySignal<ColourOf>,
    wanted: { time: number },
  ) {
    this.sound = soundOf(subject);
    this.limits = { duration: this.sound.duration, nyquist: this.sound.sampleRate / 2 };
    this.player = new Player(this.sound);
    this.label = signal(subject.project.labels[0]?.name ?? null);
    this.view = signal(firstView(this.sound.duration, wanted.time));
    this.layers = new LayerList(subject, () => this.view.peek());
    if (wanted.time > 0) this.player.seek(wanted.time);
  }

  close(): void {
    this.player.dispose();
    this.layers.close();
  }

  get active(): OpenLayer | null {
    return this.layers.active.value;
  }

  get document(): AnnotationDocument | null {
    return this.active?.document ?? null;
  }

  /** Whether edits are taken now, or would begin an annotation. */
  readonly canEdit = computed(() => {
    const { active } = this.layers;
    if (active.value === null) return this.subject.rights.annotate;
    return this.layers.isEditable(active.value.header.value);
  });

  /** Why nothing can be changed here, null where it can. */
  readonly whyNot: ReadonlySignal<(Key & `editor.${string}`) | null> = computed(() => {
    if (this.canEdit.value) return null;
    const header = this.layers.active.value?.header.value;
    if (!this.subject.rights.annotate || header === undefined || header.kind !== "person")
      return "editor.mayNotEdit";
    if (header.status === "reviewed") return "editor.isReviewed";
    return header.status === "submitted" ? "editor.isSubmitted" : "editor.mayNotEdit";
  });

  // Selection -----------------------------------------------------------------------------------------------------------

  get selection(): Selection {
    return this.layers.selection.value;
  }

  /** Selected segments of the edited annotation. */
  readonly selectedIds: ReadonlySignal<ReadonlySet<string>> = computed(() => {
    const { layerId, ids } = this.layers.selection.value;
    return layerId !== null && layerId === this.layers.activeId.value ? ids : new Set<string>();
  });

  /** Selected segments of whichever layer, as they are now. */
  readonly selected: ReadonlySignal<readonly Segment[]> = computed(() => {
    const { layerId, ids } = this.layers.selection.value;
    const layer = this.layers.open.value.find((one) => one.id === layerId);
    if (layer === undefined) return [];
    void layer.document.segments.version.value;
    const found = [...ids].map((id) => layer.document.segments.get(id));
    return found.filter((one) => one !== undefined).sort((a, b) => a.start - b.start);
  });

  select(layerId: string | null, ids: Iterable<string>): void {
    this.layers.selection.value = { layerId, ids: new Set(ids) };
  }

  /** Select segments of the edited annotation. */
  selectOwn(ids: Iterable<string>): void {
    this.select(this.layers.activeId.value, ids);
  }

  toggle(layerId: string, id: string): void {
    const { layerId: before, ids } = this.selection;
    const next = new Set(before === layerId ? ids : []);
    if (!next.delete(id)) next.add(id);
    this.select(layerId, next);
  }

  deselect(): void {
    this.select(null, []);
  }

  /** Bring a segment onto the screen. */
  reveal(segment: Segment): void {
    this.view.value = reveal(this.view.value, segment.start, segment.end, this.sound.duration);
  }

  // Edits ---------------------------------------------------------------------------------------------------------------

  /** Make edits, or ask where to make them. Returns whether they were made. */
  edit(edits: readonly Edit[], options: ApplyOptions): boolean {
    if (edits.length === 0) return false;
    const active = this.active;
    if (active === null) return this.#propose({ edits, options });
    if (!this.canEdit.value) {
      this.#explain();
      return false;
    }
    active.document.apply(edits, options);
    return true;
  }

  /** Mark a span as fully labelled, or unmark it. */
  markArea(mark: boolean, area: Area): void {
    const { active } = this;
    if (active === null) say(t(this.subject.rights.annotate ? "editor.areaNeedsOwn" : "editor.mayNotEdit"));
    else if (!this.canEdit.value) this.#explain();
    else active.document.markArea(mark, area, t(mark ? "editor.stepMark" : "editor.stepUnmark"));
  }

  #propose(proposal: Proposal): boolean {
    if (!this.subject.rights.annotate) {
      say(t("editor.mayNotEdit"));
      return false;
    }
    const before = this.proposal.value;
    this.proposal.value = before
      ? { ...proposal, edits: squash([...before.edits, ...proposal.edits]) }
      : proposal;
    this.overlay.value = "begin";
    return false;
  }

  #explain(): void {
    const { value } = this.whyNot;
    if (value !== null) say(t(value));
  }

  /** Begin an annotation of one's own, empty or as a copy, and make what waited for it. */
  async begin(copyOf: string | null): Promise<void> {
    this.busy.value = true;
    try {
      const key = this.#beginnings.get(copyOf) ?? newId();
      this.#beginnings.set(copyOf, key);
      const header = await beginAnnotation(this.subject.recording.id, copyOf, key);
      this.#beginnings.clear();
      this.notBegun.value = null;
      this.layers.add(header);
      this.layers.activate(header.id);
      this.overlay.value = null;
      const proposal = this.proposal.value;
      this.proposal.value = null;
      if (proposal) await this.#follow(proposal, copyOf !== null);
    } catch (error) {
      if (verdictOf(error) !== "later") this.#beginnings.clear();
      if (this.overlay.value === "begin") this.notBegun.value = { error, copyOf };
      else complain(error);
    } finally {
      this.busy.value = false;
    }
  }

  /** Begin nothing after all, and say so if that gives up a change. */
  giveUpBeginning(): void {
    if (this.proposal.value !== null) say(t("editor.changeGivenUp"));
    this.proposal.value = null;
    this.notBegun.value = null;
    this.overlay.value = null;
  }

  async #follow({ edits, options }: Proposal, isCopy: boolean): Promise<void> {
    const document = this.document;
    if (document === null) return;
    if (isCopy) await document.settled();
    document.apply(edits, options);
    // Whoever went on meanwhile stays there.
    if (this.selectedIds.value.size === 0)
      this.selectOwn(edits.filter((edit) => edit.after).map((edit) => edit.id));
  }

  undo(): void {
    this.#step((document) => document.undo());
  }

  redo(): void {
    this.#step((document) => document.redo());
  }

  #step(go: (document: AnnotationDocument) => number): void {
    const document = this.document;
    if (document === null || !this.canEdit.value) return;
    const lost = go(document);
    if (lost > 0) say(t("editor.undoLost", { count: lost }));
    const ids = [...this.selection.ids].filter((id) => document.segments.get(id));
    if (ids.length < this.selection.ids.size) this.selectOwn(ids);
  }
}

function soundOf({ recording }: Subject): Sound {
  return {
    recordingId: recording.id,
    duration: recording.duration ?? 0,
    sampleRate: recording.sample_rate ?? 16_000,
    channels: recording.channels ?? 1,
    video: recording.video,
    recordedAt: recording.recorded_at,
  };
}

function firstView(duration: number, time: number): View {
  if (duration <= FIRST_VIEW_SECONDS) return wholeView(duration);
  return reveal(
    { start: 0, end: FIRST_VIEW_SECONDS },
    time,
    Math.min(time + FIRST_VIEW_SECONDS / 2, duration),
    duration,
  );
}
