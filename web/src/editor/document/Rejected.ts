/**
 * Segments of models that a person does not want to see again.
 *
 * They are kept in this browser, not with the annotation: a sound that is not there has no segment that could carry a
 * tag, and a tag for it would end up in exports and training data.
 */
import { signal } from "@preact/signals";
import { database } from "./Outbox";

export class Rejected {
  readonly ids = signal<ReadonlySet<string>>(new Set());

  constructor(private readonly annotation: string) {
    void this.#load();
  }

  async #load(): Promise<void> {
    const range = IDBKeyRange.bound([this.annotation, ""], [this.annotation, "\uffff"]);
    const found = await database()
      .then((opened) => opened.getAllKeys("rejected", range))
      .catch(() => []);
    if (found.length > 0) this.ids.value = new Set([...this.ids.value, ...found.map(([, id]) => id)]);
  }

  has(id: string): boolean {
    return this.ids.value.has(id);
  }

  set(ids: readonly string[], rejected: boolean): void {
    const next = new Set(this.ids.value);
    for (const id of ids) rejected ? next.add(id) : next.delete(id);
    this.ids.value = next;
    void this.#write(ids, rejected).catch(() => {
      // Without a disk it holds until the page is left.
    });
  }

  async #write(ids: readonly string[], rejected: boolean): Promise<void> {
    const changes = (await database()).transaction("rejected", "readwrite");
    for (const id of ids) {
      if (rejected) void changes.store.put({ annotation: this.annotation, id });
      else void changes.store.delete([this.annotation, id]);
    }
    await changes.done;
  }
}
