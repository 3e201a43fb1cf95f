import { fail } from "../../protocols/errors.ts";
import type { Activation } from "./activation.ts";
import type { Ownership } from "./actor-tools.ts";
import { addressText, parseCommandSubject, shardCommands } from "../messaging/address.ts";
import type { Address } from "../messaging/address.ts";
import type { Activate } from "./activator.ts";
import type { Clock } from "../ports/clock.ts";
import { Command, issuesOfThrown, moved } from "../messaging/command.ts";
import type { ActorReply } from "../messaging/command.ts";
import type { Messaging } from "../ports/connection.ts";
import { idleMsMax } from "../limits.ts";

/** The live actors of one owned shard. Opened when the claim is won, closed before it is given back. */
export class Shard {
  readonly #ownership: Ownership;
  readonly #activate: Activate;
  readonly #clock: Clock;
  readonly #live = new Map<string, { readonly activation: Activation; standing: boolean }>();
  readonly #ending = new Map<string, Promise<void>>();
  #stopServing: () => Promise<void> = async () => {};
  #closed = false;

  constructor(ownership: Ownership, activate: Activate, clock: Clock) {
    this.#ownership = ownership;
    this.#activate = activate;
    this.#clock = clock;
  }

  get size(): number {
    return this.#live.size;
  }

  async serve(messaging: Messaging, shard: number): Promise<void> {
    this.#stopServing = await messaging.serve(shardCommands(shard), (payload, subject) =>
      this.#receive(payload, subject),
    );
    if (this.#closed) await this.#stopServing();
  }

  /** Starts what must run without being asked, and stops what no longer must. */
  keepStanding(addresses: readonly Address[]): void {
    if (this.#closed) return;
    const wanted = new Set(addresses.map(addressText));
    for (const [name, live] of this.#live) {
      if (live.standing && !wanted.has(name)) this.#end(name);
    }
    for (const address of addresses) {
      this.#reach(address);
      const live = this.#live.get(addressText(address));
      if (live !== undefined) live.standing = true;
    }
  }

  /** Puts actors to sleep that nobody asked for a while; their journals keep them. */
  passivate(): void {
    const before = this.#clock.monotonicMs() - idleMsMax;
    for (const [name, { activation, standing }] of this.#live) {
      if (!standing && !activation.busy && activation.usedMs < before) this.#end(name);
    }
  }

  async close(): Promise<void> {
    if (this.#closed) return void (await Promise.all(this.#ending.values()));
    this.#closed = true;
    for (const name of this.#live.keys()) this.#end(name);
    await Promise.all(this.#ending.values());
    await this.#stopServing();
  }

  async #receive(payload: unknown, subject: string): Promise<ActorReply> {
    const address = parseCommandSubject(subject);
    const command = Command.safeParse(payload);
    if (address === undefined || !command.success) {
      return fail({
        code: "invalid_message",
        issues: issuesOfThrown(command.error ?? new Error("not an address")),
      });
    }
    if (this.#closed) return moved;
    await this.#ending.get(addressText(address)); // its former life finishes first
    if (this.#closed) return moved;
    const activation = this.#reach(address);
    return activation === undefined
      ? fail({ code: "unknown_kind", kind: address.kind })
      : activation.ask(command.data);
  }

  #reach(address: Address): Activation | undefined {
    const name = addressText(address);
    const live = this.#live.get(name);
    if (live !== undefined) return live.activation;
    const activation = this.#activate(address, this.#ownership);
    if (activation !== undefined) this.#live.set(name, { activation, standing: false });
    return activation;
  }

  #end(name: string): void {
    const live = this.#live.get(name);
    if (live === undefined) return;
    this.#live.delete(name);
    const ended = live.activation.stop().finally(() => {
      if (this.#ending.get(name) === ended) this.#ending.delete(name);
    });
    this.#ending.set(name, ended);
  }
}
