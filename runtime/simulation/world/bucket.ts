import type { KeyValueEntry } from "../../ports/connection.ts";

/** A key-value bucket of the store: one value per key, revisions that only grow, deletions that nobody is told of. */
export class SimulatedBucket {
  readonly #entries = new Map<string, KeyValueEntry>();
  readonly #listeners = new Set<() => void>();
  #revision = 0;

  get(key: string): KeyValueEntry | undefined {
    return this.#entries.get(key);
  }

  keys(prefix = ""): readonly string[] {
    return [...this.#entries.keys()].filter((key) => key.startsWith(prefix));
  }

  put(
    key: string,
    value: Uint8Array,
    expected: number,
  ): { kind: "stored"; revision: number } | { kind: "conflict" } {
    if ((this.#entries.get(key)?.revision ?? 0) !== expected) return { kind: "conflict" };
    const revision = ++this.#revision;
    this.#entries.set(key, { key, value, revision });
    for (const listener of this.#listeners) listener();
    return { kind: "stored", revision };
  }

  delete(key: string, expected?: number): void {
    if (expected === undefined || this.#entries.get(key)?.revision === expected) this.#entries.delete(key);
  }

  /** What changed since that revision, oldest first; of several changes of a key only the last. */
  changedSince(revision: number): readonly KeyValueEntry[] {
    return [...this.#entries.values()]
      .filter((entry) => entry.revision > revision)
      .sort((a, b) => a.revision - b.revision);
  }

  listen(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }
}
