import { fail } from "../../protocols/errors.ts";
import type { Activation } from "./activation.ts";
import type { ActorTools } from "./actor-tools.ts";
import type { Address } from "../messaging/address.ts";
import { addressText } from "../messaging/address.ts";
import { Backoff } from "../backoff.ts";
import { moved } from "../messaging/command.ts";
import type { ActorReply, Command } from "../messaging/command.ts";
import { mailboxLengthMax, mailboxRetryAfterMs } from "../limits.ts";
import type { RunningService, ServiceBehaviour } from "../service.ts";

export type AnyService = ServiceBehaviour<unknown>;

/** One live service: started, asked, stopped. A start that fails is tried again for as long as the shard is ours. */
export class ServiceActor implements Activation {
  readonly #behaviour: AnyService;
  readonly #address: Address;
  readonly #tools: ActorTools;
  readonly #stopping = new AbortController();
  readonly #started: Promise<RunningService<unknown> | undefined>;
  #under = 0;
  #usedMs: number;

  constructor(behaviour: AnyService, address: Address, tools: ActorTools) {
    this.#behaviour = behaviour;
    this.#address = address;
    this.#tools = tools;
    this.#usedMs = tools.clock.monotonicMs();
    this.#started = this.#start();
  }

  get busy(): boolean {
    return this.#under > 0;
  }

  get usedMs(): number {
    return this.#usedMs;
  }

  async ask({ message, id }: Command): Promise<ActorReply> {
    const { clock, metrics, random, log } = this.#tools;
    this.#usedMs = clock.monotonicMs();
    if (this.#stopping.signal.aborted) return moved;
    if (this.#under >= mailboxLengthMax)
      return fail({ code: "mailbox_full", retryAfterMs: mailboxRetryAfterMs });
    this.#under++;
    try {
      const service = await this.#started;
      if (service === undefined || this.#stopping.signal.aborted) return moved;
      metrics.commands(1, { kind: this.#behaviour.kind });
      return (await service.ask(message)) as ActorReply;
    } catch (error) {
      const reference = random.hex(8);
      log.error("service_failed", { actor: addressText(this.#address), command: id, reference, error });
      return fail({ code: "internal", reference });
    } finally {
      this.#under--;
    }
  }

  async stop(): Promise<void> {
    if (this.#stopping.signal.aborted) return;
    this.#stopping.abort();
    try {
      await (await this.#started)?.stop();
    } catch (error) {
      this.#tools.log.error("service_not_stopped", { actor: addressText(this.#address), error });
    }
  }

  async #start(): Promise<RunningService<unknown> | undefined> {
    const { clock, random, log } = this.#tools;
    const backoff = new Backoff(random, { maxMs: 10_000 });
    while (!this.#stopping.signal.aborted) {
      try {
        return await this.#behaviour.start(this.#address.key);
      } catch (error) {
        log.error("service_not_started", {
          actor: addressText(this.#address),
          attempt: backoff.attempts + 1,
          error,
        });
        await clock.sleep(backoff.nextMs(), this.#stopping.signal);
      }
    }
    return undefined;
  }
}
