import type { Clock, Random } from "../../runtime/index.ts";
import type { Counts } from "../counts.ts";
import type { ResponseStream } from "../http.ts";

// Server-sent events, for whatever is streamed.
//   S1. A client that does not read is written nothing more; what waits for it is bounded, and so is how long.
//   S2. One that goes over either bound is cut and counted: it comes back with Last-Event-ID and misses nothing.
//   S3. Clients come back at times of their own (`retry` with jitter), so a restart is no stampede.

export const heartbeatMs = 15_000;
const queuedBytesMax = 1_048_576;
const stalledMsMax = 30_000;
/** 10 000 × (10 KB of socket and objects) = 100 MB, unless they stall. */
export const clientsMax = 10_000;
const retryMsMin = 1_000;
const retryMsSpread = 4_000;

export interface SseEvent {
  readonly event: string;
  readonly id: string;
  /** JSON: holds no raw newline. */
  readonly data: string;
}

export interface SseClient {
  readonly closed: boolean;
  send(event: SseEvent): void;
  onClose(listener: () => void): void;
}

export const sseHeaders = [
  ["content-type", "text/event-stream; charset=utf-8"],
  ["cache-control", "no-store"],
  ["x-accel-buffering", "no"],
] as const;

class Client implements SseClient {
  readonly #stream: ResponseStream;
  readonly #hub: SseHub;
  #queue: string[] = [];
  #queuedBytes = 0;
  /** Monotonic ms since when the socket has been full; undefined while it takes data. */
  stalledSince: number | undefined;

  constructor(stream: ResponseStream, hub: SseHub) {
    this.#stream = stream;
    this.#hub = hub;
    stream.onDrain(() => this.#drain());
  }

  get closed(): boolean {
    return this.#stream.closed;
  }

  send({ event, id, data }: SseEvent): void {
    this.write(`id: ${id}\nevent: ${event}\ndata: ${data}\n\n`);
  }

  write(text: string): void {
    if (this.#stream.closed) return;
    if (this.stalledSince === undefined) {
      if (!this.#stream.write(text)) this.stalledSince = this.#hub.now();
      return;
    }
    this.#queue.push(text); // S1
    this.#queuedBytes += text.length;
    if (this.#queuedBytes > queuedBytesMax) this.drop();
  }

  onClose(listener: () => void): void {
    this.#stream.onClose(listener);
  }

  drop(): void {
    if (this.#stream.closed) return;
    this.#hub.counts.sseDropped++; // S2
    this.#stream.destroy();
  }

  end(): void {
    this.#stream.end();
  }

  #drain(): void {
    this.stalledSince = undefined;
    const waiting = this.#queue;
    this.#queue = [];
    this.#queuedBytes = 0;
    if (waiting.length > 0) this.write(waiting.join(""));
  }
}

export class SseHub {
  readonly counts: Counts;
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #clients = new Set<Client>();
  readonly #stopped = new AbortController();

  constructor(counts: Counts, clock: Clock, random: Random) {
    this.counts = counts;
    this.#clock = clock;
    this.#random = random;
  }

  get size(): number {
    return this.#clients.size;
  }
  get isFull(): boolean {
    return this.#clients.size >= clientsMax;
  }

  now = (): number => this.#clock.monotonicMs();

  open(stream: ResponseStream): SseClient {
    const client = new Client(stream, this);
    this.#clients.add(client);
    stream.onClose(() => this.#clients.delete(client));
    client.write(`retry: ${Math.round(retryMsMin + this.#random.fraction() * retryMsSpread)}\n\n`); // S3
    return client;
  }

  /** Beats and looks for stalled clients until `close`. */
  async run(): Promise<void> {
    let beatAt = this.now() + heartbeatMs;
    while (!this.#stopped.signal.aborted) {
      await this.#clock.sleep(1_000, this.#stopped.signal);
      const isBeat = this.now() >= beatAt;
      if (isBeat) beatAt = this.now() + heartbeatMs;
      for (const client of this.#clients) {
        const since = client.stalledSince;
        if (since !== undefined && this.now() - since > stalledMsMax) client.drop();
        else if (isBeat) client.write("event: heartbeat\ndata: {}\n\n");
      }
    }
  }

  close(): void {
    this.#stopped.abort();
    for (const client of this.#clients) client.end();
  }
}
