import { fail, succeed } from "../../protocols/errors.ts";
import type { Reply } from "../../protocols/errors.ts";
import type { EpochMs } from "../../protocols/time.ts";
import { addressOfWakeKey, wakePrefix, wakeTimeOf } from "../entity/wake-note.ts";
import type { Activation } from "./activation.ts";
import type { Ownership } from "./actor-tools.ts";
import { addressText, parseCommandSubject, shardCommands, shardOf } from "../messaging/address.ts";
import type { Address } from "../messaging/address.ts";
import type { Activate } from "./activator.ts";
import type { Clock } from "../ports/clock.ts";
import { Command, issuesOfThrown, moved } from "../messaging/command.ts";
import type { ActorReply } from "../messaging/command.ts";
import type { KeyValue, Messaging } from "../ports/connection.ts";
import { WakeList } from "./wake-list.ts";
import { activationsPerShardMax, mailboxRetryAfterMs } from "../limits.ts";

interface Resident {
  readonly address: Address;
  readonly activation: Activation;
  standing: boolean;
}

/** The live actors of one owned shard. Opened when the claim is won, closed before it is given back. */
export class Shard {
  readonly #ownership: Ownership;
  readonly #activate: Activate;
  readonly #clock: Clock;
  readonly #live = new Map<string, Resident>();
  readonly #ending = new Map<string, Promise<void>>();
  readonly #sleeping: WakeList;
  #stopServing: () => Promise<void> = async () => {};
  #closed = false;

  constructor(ownership: Ownership, activate: Activate, clock: Clock) {
    this.#ownership = ownership;
    this.#activate = activate;
    this.#clock = clock;
    this.#sleeping = new WakeList(clock, (address) => this.#wake(address));
  }

  get size(): number {
    return this.#live.size;
  }

  get epoch(): number {
    return this.#ownership.epoch;
  }

  /** What lives here now. */
  *list(): Iterable<{ readonly address: Address; readonly activation: Activation }> {
    for (const { address, activation } of this.#live.values()) yield { address, activation };
  }

  /** Puts one actor to sleep, whatever it is doing next; false when it was not awake. */
  async evict(address: Address): Promise<boolean> {
    const name = addressText(address);
    if (!this.#live.has(name)) return false;
    this.#end(name);
    await this.#ending.get(name);
    return true;
  }

  async serve(messaging: Messaging, shard: number): Promise<void> {
    this.#stopServing = await messaging.serve(shardCommands(shard), (payload, subject) =>
      this.#receive(payload, subject),
    );
    if (this.#closed) await this.#stopServing();
  }

  /** Actors whose timers the shard's owners before us noted. */
  async readWakeNotes(wakes: KeyValue, shard: number, shardCount: number): Promise<void> {
    for (const key of await wakes.keys(wakePrefix(shard))) {
      const [entry, address] = [await wakes.get(key), addressOfWakeKey(key)];
      if (this.#closed) return;
      if (entry === undefined || address === undefined || shardOf(address, shardCount) !== shard) continue;
      this.#sleeping.add(address, wakeTimeOf(entry.value) ?? (0 as EpochMs));
    }
  }

  /** Starts what must run without being asked, and stops what no longer must. */
  keepStanding(addresses: readonly Address[]): void {
    if (this.#closed) return;
    const wanted = new Set(addresses.map(addressText));
    for (const [name, live] of this.#live) {
      if (live.standing && !wanted.has(name)) this.#end(name);
    }
    for (const address of addresses) {
      if (!this.#reach(address).ok) continue;
      const live = this.#live.get(addressText(address));
      if (live !== undefined) live.standing = true;
    }
  }

  /** Puts actors to sleep that nobody asked for a while; their journals keep them. Returns how many. */
  passivate(idleMs: number): number {
    let count = 0;
    const before = this.#clock.monotonicMs() - idleMs;
    for (const [name, { activation, standing }] of this.#live) {
      if (standing || activation.busy || activation.usedMs >= before) continue;
      this.#end(name);
      count++;
    }
    return count;
  }

  /** Before a hand-over, while everything still works. */
  async prepare(): Promise<void> {
    await Promise.all([...this.#live.values()].map(async ({ activation }) => activation.prepare?.()));
  }

  async close(): Promise<void> {
    if (this.#closed) return void (await Promise.all(this.#ending.values()));
    this.#closed = true;
    this.#sleeping.stop();
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
    const ending = this.#ending.get(addressText(address));
    if (ending !== undefined) await ending; // its former life finishes first
    if (this.#closed) return moved;
    const activation = this.#reach(address);
    return activation.ok ? activation.value.ask(command.data) : activation;
  }

  #reach(address: Address): Reply<Activation> {
    const name = addressText(address);
    const live = this.#live.get(name);
    if (live !== undefined) return succeed(live.activation);
    if (this.#live.size >= activationsPerShardMax && !this.#makeRoom())
      return fail({ code: "mailbox_full", retryAfterMs: mailboxRetryAfterMs });
    const activation = this.#activate(address, this.#ownership);
    if (activation.ok) this.#live.set(name, { address, activation: activation.value, standing: false });
    return activation;
  }

  /** Puts the actor to sleep that was not asked for longest; false when all are busy. */
  #makeRoom(): boolean {
    let oldest: readonly [string, number] | undefined;
    for (const [name, { activation, standing }] of this.#live) {
      if (standing || activation.busy) continue;
      if (oldest === undefined || activation.usedMs < oldest[1]) oldest = [name, activation.usedMs];
    }
    if (oldest !== undefined) this.#end(oldest[0]);
    return oldest !== undefined;
  }

  #wake(address: Address): void {
    const ending = this.#ending.get(addressText(address));
    if (ending !== undefined) return void ending.then(() => this.#wake(address));
    if (this.#closed) return;
    const activation = this.#reach(address);
    if (activation.ok) activation.value.wake?.();
    else if (activation.failure.code === "mailbox_full")
      this.#sleeping.add(address, (this.#clock.now() + activation.failure.retryAfterMs) as EpochMs);
  }

  #end(name: string): void {
    const live = this.#live.get(name);
    if (live === undefined) return;
    this.#live.delete(name);
    const { address, activation } = live;
    const ended = activation.stop().finally(() => {
      if (this.#ending.get(name) === ended) this.#ending.delete(name);
      const { wakeAt } = activation; // known by now: what was under way may have set a timer
      if (wakeAt !== undefined && !this.#closed) this.#sleeping.add(address, wakeAt);
    });
    this.#ending.set(name, ended);
  }
}
