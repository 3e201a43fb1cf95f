import { assert } from "../protocols/assert.ts";

// What waits for a thread. The most urgent goes first, and of equally urgent work the experiments take turns: one that
// asks for much does not hold up the others.

/** Most urgent first: what is shown while an experiment runs, then row work by what the metric is for. */
export const urgencies = ["live", "guardrail", "primary", "secondary", "request"] as const;
export type Urgency = (typeof urgencies)[number];

export interface Waiting {
  readonly urgency: Urgency;
  /** Whose turn it takes: an experiment's address. */
  readonly owner: string;
}

export class WorkQueue<Item extends Waiting> {
  readonly #lines = urgencies.map(() => new Map<string, Item[]>());
  #length = 0;

  get length(): number {
    return this.#length;
  }

  push(item: Item): void {
    const line = this.#lineOf(item);
    const turn = line.get(item.owner);
    if (turn === undefined) line.set(item.owner, [item]);
    else turn.push(item);
    this.#length++;
  }

  /** The next that `mayGo`; undefined when there is none. */
  take(mayGo: (urgency: Urgency) => boolean): Item | undefined {
    for (const [index, line] of this.#lines.entries()) {
      const [first] = line;
      if (first === undefined || !mayGo(urgencies[index] ?? "request")) continue;
      const [owner, items] = first;
      const item = items.shift();
      line.delete(owner);
      if (items.length > 0) line.set(owner, items); // behind the others
      this.#length--;
      return item;
    }
    return undefined;
  }

  /** Takes out what is no longer wanted; false when it is not here. */
  remove(item: Item): boolean {
    const line = this.#lineOf(item);
    const items = line.get(item.owner) ?? [];
    const at = items.indexOf(item);
    if (at < 0) return false;
    items.splice(at, 1);
    if (items.length === 0) line.delete(item.owner);
    this.#length--;
    return true;
  }

  #lineOf({ urgency }: Waiting): Map<string, Item[]> {
    const line = this.#lines[urgencies.indexOf(urgency)];
    assert(line !== undefined, `${urgency} is an urgency`);
    return line;
  }
}
