import type { RuntimeFailure } from "../../../protocols/errors.ts";
import type { ActorClient } from "../../messaging/client.ts";
import type { Clock } from "../../ports/clock.ts";
import type { Chance } from "../world/chance.ts";
import type { World } from "../world/world.ts";
import { addressOf } from "./account.ts";
import type { AccountFailure, AccountMessage, AccountState } from "./account.ts";
import { requestOf } from "./account-program.ts";
import { drawMessage } from "./draw.ts";
import type { History, Operation } from "./history.ts";
import type { Release } from "./release.ts";
import { tallyAddress } from "./tally.ts";
import type { Tally } from "./tally.ts";

export interface LaneParts {
  readonly world: World;
  readonly client: ActorClient;
  /** Another client, which sends some of the same commands. */
  readonly twin: ActorClient;
  readonly clock: Clock;
  readonly history: History;
  readonly keys: readonly string[];
  readonly lanes: number;
  readonly name: string;
  readonly thinkMsMax: number;
  /** Asks questions only. A caller that must settle its commands asks nothing while it waits. */
  readonly reads: boolean;
  readonly release: Release;
}

const timeoutsMs = [250, 800, 2_500] as const;
const pauseMsMax = 400;
const twinShare = 0.12;
const twinLagMsMax = 2_500;
/** Clients that give up after an unknown outcome, and never learn it. */
const abandonShare = 0.15;
const againShare = 0.1;
/** Questions to folds among all questions. */
const tallyShare = 0.15;

/** One caller: asks one thing after the other, and repeats what has no certain outcome under the same id. */
export class ClientLane {
  readonly #parts: LaneParts;
  readonly #chance: Chance;
  readonly #done: Operation[] = [];

  constructor(parts: LaneParts) {
    this.#parts = parts;
    this.#chance = parts.world.chance(parts.name);
  }

  async run(operations: number): Promise<void> {
    const { clock, thinkMsMax, name } = this.#parts;
    for (let index = 0; index < operations; index++) {
      await clock.sleep(this.#chance.between(1, thinkMsMax));
      await this.#one(`${name}-${index}`);
    }
  }

  async #one(id: string): Promise<void> {
    const { history, keys, lanes, client } = this.#parts;
    const key = this.#chance.pick(keys);
    if (this.#parts.reads && this.#chance.happens(tallyShare))
      return this.#askTally(this.#chance.whole(0, lanes - 1), id);
    if (this.#parts.reads) return this.#read(key, id);
    const again = this.#chance.happens(againShare) ? this.#done.at(-this.#chance.whole(1, 8)) : undefined;
    if (again !== undefined) return void (await this.#ask(client, again));
    const message = drawMessage(this.#chance, { ref: id, keys, lanes });
    if (message.type === "read") return this.#read(key, id);
    if (message.type === "add" && this.#chance.happens(0.1)) return this.#tell(key, message);
    const operation = history.begin(id, key, message);
    const twin = this.#chance.happens(twinShare) ? this.#asTwin(operation) : undefined;
    await this.#settle(operation);
    await twin;
    this.#done.push(operation);
  }

  /** The same command, sent by somebody else besides: at another time, on another way. */
  async #asTwin(operation: Operation): Promise<void> {
    await this.#parts.clock.sleep(this.#chance.between(1, twinLagMsMax));
    await this.#ask(this.#parts.twin, operation);
  }

  async #settle(operation: Operation): Promise<void> {
    while (!(await this.#ask(this.#parts.client, operation))) {
      if (this.#chance.happens(abandonShare)) return;
      await this.#parts.clock.sleep(this.#chance.between(1, pauseMsMax));
    }
  }

  /** Resolves to whether the outcome is certain. */
  async #ask(client: ActorClient, operation: Operation): Promise<boolean> {
    const { history, world, name, release } = this.#parts;
    const { id, key, message } = operation;
    history.asks++;
    const version = release.sent.messages;
    const options = { by: name, timeoutMs: this.#chance.pick(timeoutsMs), id, version };
    const sent = requestOf(message, version);
    const reply = await client.ask<AccountState, AccountFailure>(addressOf(key), sent, options);
    world.trace(
      name,
      `${id} ${message.type} ${key}: ${JSON.stringify(reply.ok ? reply.value : reply.failure)}`,
    );
    if (reply.ok) {
      history.answered(operation, reply.value, world.nowMs);
      return true;
    }
    const { code } = reply.failure;
    if (code === "overdrawn") operation.refused = true;
    else if (code === "internal") operation.crashed = true;
    else return !this.#isUncertain(reply.failure, id);
    return true;
  }

  async #read(key: string, id: string): Promise<void> {
    const { history, world, client, name, release } = this.#parts;
    const floor = history.floor(key);
    history.asks++;
    const version = release.sent.messages;
    const options = { by: name, timeoutMs: this.#chance.pick(timeoutsMs), id, version };
    const question = requestOf({ type: "read", ref: id }, version);
    const reply = await client.ask<AccountState>(addressOf(key), question, options);
    world.trace(name, `${id} read ${key}: ${JSON.stringify(reply.ok ? reply.value : reply.failure)}`);
    if (reply.ok) history.read({ key, floor, state: reply.value, atMs: world.nowMs });
    else this.#isUncertain(reply.failure, id);
  }

  /** What it says must be true of some moment, before and after it slept as well. */
  async #askTally(lane: number, id: string): Promise<void> {
    const { history, client, name } = this.#parts;
    const options = { by: name, timeoutMs: this.#chance.pick(timeoutsMs), id };
    const reply = await client.ask<Tally>(tallyAddress(lane), {}, options);
    if (reply.ok) history.tallies.push({ lane, tally: reply.value });
    else this.#isUncertain(reply.failure, id);
  }

  /** A failure that nobody expects here is a violation by itself. */
  #isUncertain(failure: RuntimeFailure | AccountFailure, id: string): boolean {
    const { world, release } = this.#parts;
    if (uncertain.has(failure.code)) return true;
    if (failure.code === "newer_version" && release.begun) return true; // an upgraded host will know it
    world.violation(`answers: ${id} was answered ${JSON.stringify(failure)}`);
    return false;
  }

  #tell(key: string, message: AccountMessage): void {
    const { history, client, name, release } = this.#parts;
    history.tells.set(message.ref, { key, message });
    const version = release.sent.messages;
    client.tell(addressOf(key), requestOf(message, version), { by: name, version });
  }
}

const uncertain = new Set<string>([
  "deadline_exceeded",
  "unavailable",
  "mailbox_full",
  "stream_full",
  "stream_refused",
  "actor_failed",
]);
