/** Two generations of 100 000 ids of about 100 B each: 20 MB an environment. */
const generationSizeMax = 100_000;

/**
 * Event ids of one environment that are known to be stored, and those under way. An id becomes "recent" only when its
 * batch was acknowledged: saying "duplicate" of an event that was then lost would lose it for good.
 */
export class RecentIds<Pending> {
  #young = new Set<string>();
  #old = new Set<string>();
  readonly #pending = new Map<string, Pending>();

  isStored(id: string): boolean {
    return this.#young.has(id) || this.#old.has(id);
  }

  /** What an id that is under way waits for. */
  pending(id: string): Pending | undefined {
    return this.#pending.get(id);
  }

  begin(id: string, pending: Pending): void {
    this.#pending.set(id, pending);
  }

  settle(id: string, stored: boolean): void {
    this.#pending.delete(id);
    if (!stored) return;
    if (this.#young.size >= generationSizeMax) {
      this.#old = this.#young;
      this.#young = new Set();
    }
    this.#young.add(id);
  }
}
