import type { Clock } from "../../runtime/index.ts";
import type { PartialSums } from "../../protocols/results.ts";

/**
 * Shorter than the second within which a result shall know an event: the fold's notice (100 ms), statistics and the way come
 * on top. Computing more often would only warm the room.
 */
export const publishIntervalMs = 700;
/** Where statistics themselves take that long. */
const publishPauseMsMin = 100;
/** Notices are best effort: now and then everything is asked for, so a lost one costs seconds, not truth. */
const refreshIntervalMs = 10_000;

interface LivePorts {
  readonly clock: Clock;
  readonly partitions: () => number;
  readonly subscribe: (listener: (partial: PartialSums) => void) => Promise<() => Promise<void>>;
  readonly fetch: () => Promise<readonly PartialSums[] | undefined>;
  readonly publish: (partials: readonly PartialSums[]) => Promise<void>;
}

/** Keeps the newest sums of each partition and publishes when they changed: at once, then once an interval at most. */
export class LiveResults {
  readonly #ports: LivePorts;
  readonly #newest = new Map<number, PartialSums>();
  readonly #stopped = new AbortController();
  #unsubscribe: (() => Promise<void>) | undefined;
  #changed = false;
  #wake: (() => void) | undefined;
  #loop: Promise<void> | undefined;

  constructor(ports: LivePorts) {
    this.#ports = ports;
  }

  async open(): Promise<void> {
    this.#unsubscribe = await this.#ports.subscribe((partial) => this.#take(partial));
    this.#loop = this.#run();
  }

  async close(): Promise<void> {
    this.#stopped.abort();
    this.#wake?.();
    await this.#unsubscribe?.();
    await this.#loop;
  }

  /** A late notice changes nothing; an answer counts also when its stream was rolled back and begins lower. */
  #take(partial: PartialSums, isAnswer = false): void {
    const present = this.#newest.get(partial.partition);
    if (present?.position === partial.position) return;
    if (!isAnswer && present !== undefined && present.position > partial.position) return;
    this.#newest.set(partial.partition, partial);
    this.#changed = true;
    this.#wake?.();
  }

  async #run(): Promise<void> {
    const { signal } = this.#stopped;
    let refreshAt = 0;
    while (!signal.aborted) {
      if (this.#ports.clock.monotonicMs() >= refreshAt) {
        refreshAt = this.#ports.clock.monotonicMs() + refreshIntervalMs;
        for (const partial of (await this.#ports.fetch()) ?? []) this.#take(partial, true);
      }
      if (this.#changed && this.#newest.size === this.#ports.partitions()) {
        this.#changed = false;
        const begunAt = this.#ports.clock.monotonicMs();
        await this.#ports.publish([...this.#newest.values()]);
        const tookMs = this.#ports.clock.monotonicMs() - begunAt;
        await this.#ports.clock.sleep(Math.max(publishPauseMsMin, publishIntervalMs - tookMs), signal);
      } else {
        await this.#changeOr(refreshIntervalMs);
      }
    }
  }

  /** Waits for a notice, or until it is time to ask again. */
  async #changeOr(timeoutMs: number): Promise<void> {
    const waited = new AbortController();
    const change = new Promise<void>((resolve) => {
      this.#wake = resolve;
    });
    await Promise.race([change, this.#ports.clock.sleep(timeoutMs, waited.signal)]);
    waited.abort();
    this.#wake = undefined;
  }
}
