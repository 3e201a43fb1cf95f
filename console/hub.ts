import type { Clock } from "./clock.ts";

// One EventSource a topic for all tabs of a browser; HTTP/1.1 allows six connections, and a tab each would use them up.
//   H1. A topic is open exactly while it has a subscriber.
//   H2. A subscriber hears the last message first, so a new tab is not blank until the next tick.
//   H3. A tab that dies releases its lock; its subscriptions end then, not never.

export type TopicStatus = "connecting" | "live" | "reconnecting";

export type TopicEvent =
  | { readonly kind: "status"; readonly status: TopicStatus }
  | { readonly kind: "message"; readonly event: string; readonly data: string; readonly at: number };

export type Subscriber = (event: TopicEvent) => void;

/** What the hub needs of an EventSource. */
export interface Source {
  readonly readyState: number;
  onopen: (() => void) | null;
  onerror: (() => void) | null;
  addEventListener(name: string, listener: (event: { data: string }) => void): void;
  close(): void;
}

interface Topic {
  readonly subscribers: Map<string, Subscriber>;
  source: Source;
  status: TopicStatus;
  last: TopicEvent | undefined;
  failures: number;
}

/** A refused stream (401, 503) closes for good; we dial again after 1, 2, 4 … at most 30 s. */
const redialMsMax = 30_000;
const closedState = 2;

export class Hub {
  readonly #topics = new Map<string, Topic>();
  readonly #open: (topic: string) => Source;
  readonly #clock: Clock;

  constructor(open: (topic: string) => Source, clock: Clock) {
    this.#open = open;
    this.#clock = clock;
  }

  /** `id` names one subscription and begins with its tab's id. */
  subscribe(id: string, topic: string, subscriber: Subscriber): void {
    let entry = this.#topics.get(topic);
    if (entry === undefined) {
      const opened = this.#open(topic);
      entry = { subscribers: new Map(), source: opened, status: "connecting", last: undefined, failures: 0 };
      this.#topics.set(topic, entry);
      this.#listen(topic, entry);
    }
    entry.subscribers.set(id, subscriber);
    subscriber({ kind: "status", status: entry.status });
    if (entry.last !== undefined) subscriber(entry.last); // H2
  }

  unsubscribe(id: string, topic: string): void {
    const entry = this.#topics.get(topic);
    if (entry === undefined) return;
    entry.subscribers.delete(id);
    if (entry.subscribers.size > 0) return;
    entry.source.close(); // H1
    this.#topics.delete(topic);
  }

  /** H3. */
  drop(tab: string): void {
    for (const [topic, { subscribers }] of this.#topics) {
      for (const id of subscribers.keys()) if (id.startsWith(`${tab}/`)) this.unsubscribe(id, topic);
    }
  }

  get topics(): readonly string[] {
    return [...this.#topics.keys()];
  }

  #listen(topic: string, entry: Topic): void {
    const { source } = entry;
    source.onopen = () => {
      entry.failures = 0;
      this.#tell(entry, "live");
    };
    source.onerror = () => {
      this.#tell(entry, "reconnecting");
      if (source.readyState === closedState) this.#redial(topic, entry);
    };
    for (const event of ["result", "heartbeat"]) {
      source.addEventListener(event, ({ data }) => {
        const message: TopicEvent = { kind: "message", event, data, at: this.#clock.now() };
        if (event === "result") entry.last = message;
        for (const subscriber of entry.subscribers.values()) subscriber(message);
      });
    }
  }

  #redial(topic: string, entry: Topic): void {
    const waitMs = Math.min(redialMsMax, 1_000 * 2 ** entry.failures++);
    this.#clock.after(waitMs, () => {
      if (this.#topics.get(topic) !== entry) return; // The last subscriber left while we waited.
      entry.source = this.#open(topic);
      this.#listen(topic, entry);
    });
  }

  #tell(entry: Topic, status: TopicStatus): void {
    entry.status = status;
    for (const subscriber of entry.subscribers.values()) subscriber({ kind: "status", status });
  }
}
