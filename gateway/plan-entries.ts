import { assemblePlanText, readPlanManifest, type PlanManifest } from "../protocols/published-plan.ts";
import {
  Backoff,
  type Clock,
  type KeyValue,
  type KeyValueEntry,
  type Log,
  type Random,
} from "../runtime/index.ts";

export interface PlanEntriesOptions {
  readonly parts: Pick<KeyValue, "get">;
  /** The JSON of every plan that arrived whole, unchecked. */
  readonly arrived: (text: string) => void;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
}

const retryMsMax = 2_000;
/** Parsing a plan is left to whoever checks it; a manifest says so with its first member. */
const manifestStart = '{"format":';
const decoder = new TextDecoder();

/**
 * Turns entries of the bucket PLANS into signed plans. One that came in parts is put together, one after the other for
 * each environment; a newer entry ends the work on an older one.
 */
export class PlanEntries {
  readonly #options: PlanEntriesOptions;
  readonly #stopped = new AbortController();
  /** Key → revision of its newest entry. */
  readonly #newest = new Map<string, number>();

  constructor(options: PlanEntriesOptions) {
    this.#options = options;
  }

  take({ key, value, revision }: KeyValueEntry): void {
    const { arrived, log } = this.#options;
    this.#newest.set(key, revision);
    const text = decoder.decode(value);
    if (!text.startsWith(manifestStart)) return arrived(text);
    const manifest = readPlanManifest(text);
    if (manifest === undefined) return log.error("plan_malformed", { key });
    void this.#assemble(manifest, () => this.#newest.get(key) === revision);
  }

  close(): void {
    this.#stopped.abort();
  }

  /** Until it succeeds: nothing says again that this is the newest. */
  async #assemble(manifest: PlanManifest, isNewest: () => boolean): Promise<void> {
    const { parts, arrived, clock, random, log } = this.#options;
    const backoff = new Backoff(random, { maxMs: retryMsMax });
    while (isNewest() && !this.#stopped.signal.aborted) {
      try {
        const text = await assemblePlanText(manifest, async (key) => (await parts.get(key))?.value);
        if (text !== undefined && isNewest()) return arrived(text);
      } catch (error) {
        log.warn("plan_parts_not_read", {
          environment: manifest.environment,
          version: manifest.version,
          error,
        });
      }
      await clock.sleep(backoff.nextMs(), this.#stopped.signal);
    }
  }
}
