// What a client can be. `stale` serves the last configuration it has while nothing can be heard of the service.

export const statuses = ["not_ready", "ready", "stale", "closed"] as const;
export type Status = (typeof statuses)[number];
export type StatusListener = (status: Status, previous: Status) => void;

/** Keeps the status and tells listeners of changes only. `closed` is final. */
export class StatusBoard {
  #status: Status = "not_ready";
  readonly #listeners = new Set<StatusListener>();

  get status(): Status {
    return this.#status;
  }

  set(next: Status): void {
    const previous = this.#status;
    if (previous === next || previous === "closed") return;
    this.#status = next;
    for (const listener of this.#listeners) {
      try {
        listener(next, previous);
      } catch {
        // A listener is the application's code; its defect may not stop the configuration from being kept fresh.
      }
    }
  }

  listen(listener: StatusListener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }
}
