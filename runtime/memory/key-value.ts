import { assert } from "../../protocols/assert.ts";
import type { KeyValue, KeyValueEntry } from "../ports/connection.ts";

/** The bucket's twin: same rules as the server's, in memory. Listeners hear at once, in the order of the changes. */
export class MemoryKeyValue implements KeyValue {
  readonly #entries = new Map<string, KeyValueEntry>();
  readonly #listeners = new Set<(entry: KeyValueEntry) => void>();
  #revision = 0;

  async get(key: string): Promise<KeyValueEntry | undefined> {
    return this.#entries.get(key);
  }

  async keys(prefix = ""): Promise<readonly string[]> {
    return [...this.#entries.keys()].filter((key) => key.startsWith(prefix));
  }

  async put(
    key: string,
    value: Uint8Array,
    expected: number,
  ): Promise<{ kind: "stored"; revision: number } | { kind: "conflict" }> {
    assert(/^[-/_=.a-zA-Z0-9]+$/.test(key), `bucket key ${JSON.stringify(key)}`);
    if ((this.#entries.get(key)?.revision ?? 0) !== expected) return { kind: "conflict" };
    this.#revision++;
    const entry = { key, value: value.slice(), revision: this.#revision };
    this.#entries.set(key, entry);
    for (const listener of this.#listeners) listener(entry);
    return { kind: "stored", revision: entry.revision };
  }

  async delete(key: string, expected?: number): Promise<void> {
    if (expected !== undefined && this.#entries.get(key)?.revision !== expected) return;
    this.#revision++; // a deletion has its place among the changes, as on a server
    this.#entries.delete(key);
  }

  async follow(listener: (entry: KeyValueEntry) => void): Promise<() => Promise<void>> {
    for (const entry of this.#entries.values()) listener(entry);
    this.#listeners.add(listener);
    return async () => void this.#listeners.delete(listener);
  }
}
