import { fail } from "../../protocols/errors.ts";
import type { RuntimeFailure } from "../../protocols/errors.ts";
import type { Activation, ActivationView } from "./activation.ts";
import type { ActorTools } from "./actor-tools.ts";
import type { Address } from "../messaging/address.ts";
import { addressText } from "../messaging/address.ts";
import { Backoff } from "../backoff.ts";
import { reasonOf } from "../dead-letters.ts";
import { moved } from "../messaging/command.ts";
import type { ActorReply, Command } from "../messaging/command.ts";
import { mailboxLengthMax, mailboxRetryAfterMs } from "../limits.ts";
import type { RunningService, ServiceBehaviour } from "../service.ts";

/** Services and folds know one version of their messages; what comes with a newer one is refused by name. */
const messageVersion = 1;

export type AnyService = ServiceBehaviour<unknown>;

/** One live service: started, asked, stopped. A start that fails is tried again for as long as the shard is ours. */
export class ServiceActor implements Activation {
  readonly #behaviour: AnyService;
  readonly #address: Address;
  readonly #tools: ActorTools;
  readonly #stopping = new AbortController();
  readonly #started: Promise<RunningService<unknown> | undefined>;
  readonly #labels: { readonly kind: string };
  #status: "loading" | "live" | "stopped" = "loading";
  #reason: string | undefined;
  #restarts = 0;
  #under = 0;
  #usedMs: number;

  constructor(behaviour: AnyService, address: Address, tools: ActorTools) {
    this.#behaviour = behaviour;
    this.#address = address;
    this.#tools = tools;
    this.#labels = { kind: behaviour.kind };
    this.#usedMs = tools.clock.monotonicMs();
    tools.metrics.activations(1, this.#labels);
    this.#started = this.#start();
  }

  get busy(): boolean {
    return this.#under > 0;
  }

  get usedMs(): number {
    return this.#usedMs;
  }

  describe(): ActivationView {
    return {
      status: this.#status,
      mailbox: this.#under,
      position: 0,
      effectsWaiting: 0,
      timers: 0,
      restarts: this.#restarts,
      ...(this.#reason === undefined ? {} : { reason: this.#reason }),
    };
  }

  async ask({ message, id, v = 1 }: Command): Promise<ActorReply> {
    const { clock, metrics, random, log } = this.#tools;
    this.#usedMs = clock.monotonicMs();
    if (this.#stopping.signal.aborted) return moved;
    if (v > messageVersion)
      return this.#refuse({ code: "newer_version", what: "message", found: v, supported: messageVersion });
    if (this.#under >= mailboxLengthMax)
      return this.#refuse({ code: "mailbox_full", retryAfterMs: mailboxRetryAfterMs });
    metrics.mailboxDepth(this.#under, this.#labels);
    this.#under++;
    try {
      const service = await this.#started;
      if (service === undefined || this.#stopping.signal.aborted) return moved;
      metrics.commands(1, this.#labels);
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
    this.#status = "stopped";
    try {
      await (await this.#started)?.stop();
    } catch (error) {
      this.#tools.log.error("service_not_stopped", { actor: addressText(this.#address), error });
    }
  }

  #refuse(failure: RuntimeFailure): ActorReply {
    this.#tools.metrics.refusals(1, { ...this.#labels, reason: failure.code });
    return fail(failure);
  }

  async #start(): Promise<RunningService<unknown> | undefined> {
    const { clock, random, log } = this.#tools;
    const backoff = new Backoff(random, { maxMs: 10_000 });
    while (!this.#stopping.signal.aborted) {
      try {
        const service = await this.#behaviour.start(this.#address.key);
        if (!this.#stopping.signal.aborted) this.#status = "live";
        this.#reason = undefined;
        return service;
      } catch (error) {
        this.#restarts++;
        this.#reason = reasonOf(error).reason;
        this.#tools.metrics.restarts(1, this.#labels);
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
