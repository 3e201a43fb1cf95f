import type { FoldBehaviour, Notice } from "../fold.ts";
import type { ActorTools } from "../hosting/actor-tools.ts";
import { addressText } from "../messaging/address.ts";
import type { Address } from "../messaging/address.ts";

const noticeIntervalMsDefault = 100;

/** Tells others that a fold moved, at most once per interval. Best effort: what fails is logged, the next one follows. */
export class Notices {
  readonly #tools: Pick<ActorTools, "clock" | "messaging" | "log">;
  readonly #address: Address;
  readonly #intervalMs: number;
  readonly #signal: AbortSignal;
  readonly #collect: () => readonly Notice[];
  #due = false;

  constructor(
    { noticeIntervalMs = noticeIntervalMsDefault }: Pick<FoldBehaviour<unknown, unknown>, "noticeIntervalMs">,
    address: Address,
    tools: Pick<ActorTools, "clock" | "messaging" | "log">,
    { signal, collect }: { readonly signal: AbortSignal; readonly collect: () => readonly Notice[] },
  ) {
    this.#tools = tools;
    this.#address = address;
    this.#intervalMs = noticeIntervalMs;
    this.#signal = signal;
    this.#collect = collect;
  }

  schedule(): void {
    if (this.#due) return;
    this.#due = true;
    void this.#tools.clock.sleep(this.#intervalMs, this.#signal).then(() => {
      this.#due = false;
      if (!this.#signal.aborted) this.#send();
    });
  }

  #send(): void {
    try {
      for (const { subject, data } of this.#collect()) this.#tools.messaging.publish(subject, data);
    } catch (error) {
      this.#tools.log.error("notices_failed", { actor: addressText(this.#address), error });
    }
  }
}
