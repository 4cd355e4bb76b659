/** What a person did, step by step, without end; steps of one movement are one. */
import type { AreaEdits } from "../model/areas";
import { type Change, joined } from "../model/edits";

export interface Step {
  /** What it is called in menus. */
  readonly label: string;
  readonly changes: readonly Change[];
  readonly areas?: AreaEdits;
  /** Steps of the same key that follow each other are taken back together. */
  readonly group?: string | undefined;
  readonly at: number;
}

/** Steps of a group that come later are steps of their own. */
const TOGETHER_MS = 1500;

export class UndoStack {
  #done: Step[] = [];
  #undone: Step[] = [];

  get undoable(): Step | undefined {
    return this.#done.at(-1);
  }

  get redoable(): Step | undefined {
    return this.#undone.at(-1);
  }

  push(step: Step): void {
    this.#undone = [];
    const last = this.#done.at(-1);
    const together =
      step.group !== undefined && last?.group === step.group && step.at - last.at < TOGETHER_MS;
    if (!together || last === undefined) this.#done.push(step);
    else this.#done[this.#done.length - 1] = { ...step, changes: joined(last.changes, step.changes) };
    if (together && this.#done.at(-1)?.changes.length === 0) this.#done.pop();
  }

  undo(): Step | undefined {
    const step = this.#done.pop();
    if (step) this.#undone.push(step);
    return step;
  }

  redo(): Step | undefined {
    const step = this.#undone.pop();
    if (step) this.#done.push({ ...step, group: undefined });
    return step;
  }

  clear(): void {
    this.#done = [];
    this.#undone = [];
  }
}
