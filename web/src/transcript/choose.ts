/** Which annotation is read where nobody has said it: the newest that has text. */
import type { OpenLayer } from "../editor/document/OpenLayer";
import type { Desk } from "./Desk";
import { hasText, isSpoken } from "./model/rows";

export function whenLoaded(layer: OpenLayer): Promise<void> {
  layer.open();
  return new Promise((resolve) => {
    let end = () => {};
    end = layer.document.loaded.subscribe((loaded) => {
      if (!loaded) return;
      resolve();
      queueMicrotask(() => end());
    });
  });
}

/** Newest first, models before files, people's last. */
function inOrder(layers: readonly OpenLayer[]): OpenLayer[] {
  const rank = { model: 0, file: 1, person: 2 };
  const kindOf = (layer: OpenLayer) => rank[layer.header.value.kind];
  return [...layers].reverse().sort((a, b) => kindOf(a) - kindOf(b));
}

/** The annotation with text that is read before one's own exists, or beside one without text. */
export async function withTextOf(desk: Desk): Promise<OpenLayer | null> {
  for (const layer of inOrder(desk.work.layers.open.value)) {
    if (layer.header.value.segment_count === 0) continue;
    await whenLoaded(layer);
    if (layer.document.segments.all.some(hasText)) return layer;
  }
  return null;
}

/** An annotation that knows where somebody speaks: its lines only want their text. */
export function withSpeechOf(desk: Desk): OpenLayer | null {
  const spoken = (layer: OpenLayer) => layer.document.segments.all.some(isSpoken);
  return inOrder(desk.work.layers.open.value).find(spoken) ?? null;
}

/** Load the recording's annotations and choose the one to read. */
export async function openDesk(desk: Desk, wanted: string | null): Promise<void> {
  const { layers } = desk.work;
  await layers.load(wanted);
  await look(desk, wanted);
}

/** Choose anew, as when a model has just been at it. */
export async function look(desk: Desk, wanted: string | null = null): Promise<void> {
  const { layers } = desk.work;
  const asked = layers.open.value.find((layer) => layer.id === wanted);
  const own = layers.active.value;
  if (asked) desk.choose(asked.id);
  else if (own) await whenLoaded(own);
  else {
    const found = await withTextOf(desk);
    if (found) desk.choose(found.id);
  }
  desk.settled.value = true;
}
