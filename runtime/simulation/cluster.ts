import { openHost } from "../hosting/host.ts";
import type { Host } from "../hosting/host.ts";
import type { Log, LogFields } from "../ports/log.ts";
import { simulatedConnection } from "./ports/connection.ts";
import { accountBehaviour } from "./workload/account-program.ts";
import type { Receiver } from "./workload/receiver.ts";
import type { Release } from "./workload/release.ts";
import { tallyAddress, tallyBehaviour } from "./workload/tally.ts";
import type { Network } from "./world/network.ts";
import { Process } from "./world/process.ts";
import type { Store } from "./world/store.ts";
import type { Gap, World } from "./world/world.ts";

export interface ClusterOptions {
  readonly world: World;
  readonly network: Network;
  readonly store: Store;
  readonly receiver: Receiver;
  readonly shardCount: number;
  readonly leaseTtlMs: number;
  /** Lanes of the event stream; each has a fold that stands. */
  readonly lanes: number;
  readonly release: Release;
  /** Actors fall asleep after this; they stay awake without it. */
  readonly idleMs: number | undefined;
}

interface Life {
  readonly process: Process;
  readonly number: number;
  host: Host | undefined;
  leaving: boolean;
}

/** A supervisor starts a process again after this. */
const restartMs = 300;
const drainMsMax = 5_000;
/** A server notices the closed socket of a dead process. */
const socketClosedMsMax = 60;
/** What the runtime says only when something is wrong that no fault of ours explains. */
const alarms = new Set(["journal_rolled_back", "stream_rolled_back", "reply_too_large", "listener_failed"]);

/** The hosts of a schedule: each a name with one life after the other. */
export class Cluster {
  readonly names: readonly string[];
  readonly #options: ClusterOptions;
  readonly #lives = new Map<string, Life>();
  /** Lives so far, by name. */
  readonly #numbers = new Map<string, number>();

  constructor(names: readonly string[], options: ClusterOptions) {
    this.names = names;
    this.#options = options;
  }

  start(name: string): void {
    if (this.#lives.has(name)) return;
    const { world, network, store, receiver, release, idleMs, lanes } = this.#options;
    const versions = release.versionsOf(name);
    const number = (this.#numbers.get(name) ?? 0) + 1;
    this.#numbers.set(name, number);
    const process = new Process(world, name, number);
    const life: Life = { process, number, host: undefined, leaving: false };
    this.#lives.set(name, life);
    world.trace(name, `starts its life ${number}${release.has(name) ? ", upgraded" : ""}`);
    const connection = simulatedConnection({ world, network, store, process });
    process.deliver(() => {
      openHost({
        connection,
        name,
        actors: [accountBehaviour((...effect) => receiver.perform(process, ...effect), versions)],
        folds: [tallyBehaviour(versions)],
        // Where actors fall asleep, one fold stands and the others wake when they are asked.
        standing: () =>
          Array.from({ length: idleMs === undefined ? lanes : 1 }, (_, lane) => tallyAddress(lane)),
        ...(idleMs === undefined ? {} : { idleMs }),
        leaseTtlMs: this.#options.leaseTtlMs,
        shardCount: this.#options.shardCount,
        log: this.#logOf(name),
        clock: process.clock,
        random: world.chance(`${name}/${number}`),
      }).then(
        (host) => (life.host = host),
        (error: unknown) => {
          world.trace(name, `does not open: ${String(error)}`);
          this.crash(name, restartMs); // as `main` would: it exits, and its supervisor starts it again
        },
      );
    });
  }

  /** `kill -9`, and a new process under the same name later. */
  crash(name: string, restartAfterMs: number): void {
    const life = this.#lives.get(name);
    if (life === undefined) return;
    const { world, store } = this.#options;
    world.trace(name, "dies");
    life.process.kill();
    this.#lives.delete(name);
    world.scheduler.after(world.chance(`${name}/${life.number}/socket`).between(0, socketClosedMsMax), () =>
      store.forget(life.process),
    );
    world.scheduler.after(restartAfterMs, () => this.start(name));
  }

  /** SIGTERM: hands its shards over, closes, and comes back later. */
  drain(name: string, backAfterMs: number): boolean {
    const life = this.#lives.get(name);
    const host = life?.host;
    if (life === undefined || host === undefined || life.leaving) return false;
    life.leaving = true;
    const { world } = this.#options;
    world.trace(name, "drains");
    life.process.deliver(() => {
      void host.drain(drainMsMax).then(() => {
        world.trace(name, "is drained");
        if (this.#lives.get(name) === life) this.crash(name, backAfterMs);
      });
    });
    return true;
  }

  /** The process ends in order, or not, and another program is started in its place. */
  replace(name: string, backAfterMs: number): void {
    const { world } = this.#options;
    world.trace(name, "is replaced by another program");
    if (this.#lives.get(name)?.leaving !== true && !this.drain(name, backAfterMs))
      this.crash(name, backAfterMs);
  }

  processOf(name: string): Process | undefined {
    return this.#lives.get(name)?.process;
  }

  hostOf(name: string): Host | undefined {
    return this.#lives.get(name)?.host;
  }

  /** Nobody is dead, stopped or on his way out. */
  get isWhole(): boolean {
    return this.names.every((name) => {
      const life = this.#lives.get(name);
      return life?.host !== undefined && !life.leaving && !life.process.paused;
    });
  }

  /** Shard → living hosts that serve it. */
  owners(): Map<number, string[]> {
    const owners = new Map<number, string[]>();
    for (const name of this.names) {
      for (const shard of this.hostOf(name)?.ownedShards ?? [])
        owners.set(shard, [...(owners.get(shard) ?? []), name]);
    }
    return owners;
  }

  end(): void {
    for (const { process } of this.#lives.values()) process.kill();
  }

  #logOf(name: string): Log {
    const { world } = this.#options;
    const write = (event: string, fields: LogFields = {}): void => {
      if (event === "actors_put_to_sleep") world.count("passivate", Number(fields["count"]));
      if (event === "stream_purged") world.gaps.push(fields as unknown as Gap);
      if (alarms.has(event)) world.violation(`log: ${name} says ${event} ${textOf(fields)}`);
      if (event === "dead_letter_not_stored") world.lettersLost.add(String(fields["id"]));
      if (world.lines !== undefined) world.trace(name, `${event} ${textOf(fields)}`);
    };
    return { debug: write, info: write, warn: write, error: write };
  }
}

/** Without stacks, which name places on this machine. */
const textOf = (fields: LogFields): string =>
  JSON.stringify(fields, (name, value: unknown) =>
    name === "stack" ? undefined : value instanceof Error ? `${value.name}: ${value.message}` : value,
  );
