import { Backoff } from "../backoff.ts";
import type { Outgoing } from "../fold.ts";
import type { ActorTools } from "../hosting/actor-tools.ts";
import { addressText } from "../messaging/address.ts";
import type { Address } from "../messaging/address.ts";

/** What a fold hands on in these few ms leaves together. */
const gatherMs = 10;
/** Messages under way at a time. With a whole batch waiting the fold itself waits, so no state fills with them. */
export const outgoingBatchMax = 100;

interface Ports {
  readonly signal: AbortSignal;
  /** The first that wait, at most so many. */
  readonly collect: (max: number) => readonly Outgoing[];
  readonly sent: (ids: ReadonlySet<string>) => void;
}

/**
 * Sends what a fold hands to other subjects, each under its own id until the stream has it. Order is not kept, and what
 * a crash cut off is sent again: receivers count by id.
 */
export class FoldOutbox {
  readonly #tools: Pick<ActorTools, "clock" | "random" | "writer" | "log">;
  readonly #address: Address;
  readonly #ports: Ports;
  #stirred = false;
  #running: Promise<void> | undefined;
  /** While a whole batch waits. */
  #crowded: PromiseWithResolvers<void> | undefined;

  constructor(
    address: Address,
    tools: Pick<ActorTools, "clock" | "random" | "writer" | "log">,
    ports: Ports,
  ) {
    this.#address = address;
    this.#tools = tools;
    this.#ports = ports;
  }

  /** Resolves when there is room again; undefined while there is. */
  get room(): Promise<void> | undefined {
    return this.#crowded?.promise;
  }

  /** Something may be waiting. */
  schedule(): void {
    this.#stirred = true;
    this.#running ??= this.#run().finally(() => (this.#running = undefined));
  }

  /** After the signal. */
  async finish(): Promise<void> {
    await this.#running;
  }

  async #run(): Promise<void> {
    const { signal } = this.#ports;
    while (this.#stirred && !signal.aborted) {
      this.#stirred = false;
      await this.#tools.clock.sleep(gatherMs, signal);
      try {
        await this.#send();
      } catch (error) {
        this.#tools.log.error("fold_outbox_failed", { actor: addressText(this.#address), error });
      }
    }
    this.#makeRoom();
  }

  async #send(): Promise<void> {
    const { clock, random, log, writer } = this.#tools;
    const { signal, collect, sent } = this.#ports;
    const backoff = new Backoff(random, { baseMs: 50, maxMs: 2_000 });
    while (!signal.aborted) {
      const batch = collect(outgoingBatchMax);
      if (batch.length === outgoingBatchMax) this.#crowded ??= Promise.withResolvers();
      else this.#makeRoom();
      if (batch.length === 0) return;
      const outcomes = await Promise.all(
        batch.map(({ subject, data, id }) => writer.append(subject, data, { messageId: id })),
      );
      const stored = batch.filter((_, index) => outcomes[index]?.kind === "stored");
      if (stored.length > 0) sent(new Set(stored.map(({ id }) => id)));
      if (stored.length === batch.length) continue;
      const reason = outcomes.find(({ kind }) => kind !== "stored");
      log.warn("fold_outbox_waits", { actor: addressText(this.#address), waiting: batch.length, reason });
      await clock.sleep(backoff.nextMs(), signal);
    }
  }

  #makeRoom(): void {
    this.#crowded?.resolve();
    this.#crowded = undefined;
  }
}
