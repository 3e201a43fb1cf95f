import process from "node:process";
import { openClient } from "../messaging/client.ts";
import type { ActorClient } from "../messaging/client.ts";
import type { Address } from "../messaging/address.ts";
import { hostOperations } from "../operations/host-operations.ts";
import type { Connection } from "../ports/connection.ts";
import { Audit } from "./checks/audit.ts";
import { Cluster } from "./cluster.ts";
import { heal, scheduleTroubles } from "./faults.ts";
import type { Troubled } from "./faults.ts";
import { simulatedConnection } from "./ports/connection.ts";
import { purgeEvents } from "./purge.ts";
import { addressOf } from "./workload/account.ts";
import { ClientLane } from "./workload/client-lane.ts";
import { FinalQuestions } from "./workload/final-questions.ts";
import { History } from "./workload/history.ts";
import { runPublisher } from "./workload/publisher.ts";
import { Receiver } from "./workload/receiver.ts";
import { Release } from "./workload/release.ts";
import { tallyAddress } from "./workload/tally.ts";
import type { Chance } from "./world/chance.ts";
import { Network } from "./world/network.ts";
import { Process } from "./world/process.ts";
import { Store } from "./world/store.ts";
import type { FaultCounts } from "./world/weather.ts";
import { World } from "./world/world.ts";

export interface ScheduleOptions {
  /** Commands of the clients, all together. */
  readonly steps: number;
  readonly tracing: boolean;
}

export interface ScheduleOutcome {
  readonly seed: number;
  readonly virtualMs: number;
  readonly commands: number;
  readonly commits: number;
  readonly events: number;
  readonly faults: FaultCounts;
  readonly violations: readonly string[];
  readonly lines: readonly string[];
}

export const stepsDefault = 80;
const lanes = 2;
const clientCount = 2;
/** The first of them only asks questions. */
const lanesPerClient = 4;
const messagesPerPublisher = 12;
/** Work begins and ends within the time in which things go wrong. */
const workMs = 8_000;
const troubleMs = 10_000;
/** Late copies, parked actors and retries after long pauses are through within this. */
const quietMsMax = 120_000;
const lookMs = 400;
/** Schedules in which actors fall asleep as soon as they have nothing to do. */
const sleepyShare = 0.5;
const evictMsMax = 3_000;

interface Client {
  readonly process: Process;
  readonly connection: Connection;
  readonly client: ActorClient;
}

/** One seed's world from its beginning until it is quiet, and what is wrong with it then. */
export async function runSchedule(seed: number, options: ScheduleOptions): Promise<ScheduleOutcome> {
  const world = new World(seed, options);
  const unhandled = (error: unknown): void => world.violation(`unhandled rejection: ${String(error)}`);
  process.on("unhandledRejection", unhandled);
  try {
    return await new Schedule(world, options.steps).run();
  } finally {
    process.off("unhandledRejection", unhandled);
  }
}

class Schedule {
  readonly #world: World;
  readonly #steps: number;
  readonly #shardCount: number;
  readonly #cluster: Cluster;
  readonly #clients: readonly Client[];
  readonly #history = new History();
  readonly #receiver: Receiver;
  readonly #audit: Audit;
  readonly #keys: readonly string[];
  readonly #troubled: Troubled;
  readonly #release: Release;
  #working = 0;

  constructor(world: World, steps: number) {
    this.#world = world;
    this.#steps = steps;
    const chance = world.chance("shape");
    const network = new Network(world);
    const store = new Store(world);
    this.#receiver = new Receiver(world, network);
    this.#keys = Array.from({ length: chance.whole(2, 5) }, (_, index) => `k${index}`);
    this.#shardCount = chance.whole(2, 6);
    const leaseTtlMs = chance.pick([800, 1_500, 3_000]);
    const names = ["a", "b", "c"].slice(0, chance.whole(2, 3));
    const shared = { world, network, store, receiver: this.#receiver, shardCount: this.#shardCount };
    const release = new Release(world.chance("release"));
    this.#release = release;
    const idleMs = chance.happens(sleepyShare) ? chance.pick([300, 1_000]) : undefined;
    this.#cluster = new Cluster(names, { ...shared, leaseTtlMs, lanes, release, idleMs });
    this.#clients = Array.from({ length: clientCount }, (_, index): Client => {
      const own = new Process(world, `client${index}`, 1);
      const connection = simulatedConnection({ world, network, store, process: own });
      const options = { clock: own.clock, random: world.chance(own.name), shardCount: this.#shardCount };
      return { process: own, connection, client: openClient(connection, options) };
    });
    this.#audit = new Audit({ ...shared, history: this.#history, keys: this.#keys, release });
    const clients = this.#clients.map(({ process: own }) => own);
    const addresses = [
      ...this.#keys.map(addressOf),
      ...Array.from({ length: lanes }, (_, lane) => tallyAddress(lane)),
    ];
    const evict = (address: Address): void => this.#evict(address);
    const purge = (drawn: Chance): void => purgeEvents({ world, store, lanes }, drawn);
    const cluster = this.#cluster;
    this.#troubled = { world, cluster, clients, leaseTtlMs, addresses, evict, release, purge };
    world.trace(
      "world",
      `hosts ${names.join(" ")}, ${this.#shardCount} shards, lease ${leaseTtlMs} ms, awake for ${idleMs ?? "ever"}`,
    );
  }

  async run(): Promise<ScheduleOutcome> {
    const { scheduler } = this.#world;
    for (const name of this.#cluster.names) this.#cluster.start(name);
    this.#startWork();
    scheduleTroubles(this.#troubled, troubleMs);
    await scheduler.runUntil(troubleMs);
    heal(this.#troubled);
    this.#receiver.trouble = false;
    await this.#untilQuiet(() => this.#unfinished());
    const questions = new FinalQuestions(this.#parts(0));
    questions.start();
    await this.#untilQuiet(() => questions.open());
    await this.#untilQuiet(() => this.#unfinished()); // what the questions woke up
    this.#audit.check();
    return this.#outcome();
  }

  #startWork(): void {
    const perLane = Math.ceil(this.#steps / (clientCount * lanesPerClient));
    for (const [index, { process: own, connection }] of this.#clients.entries()) {
      for (let lane = 0; lane < lanesPerClient; lane++) {
        const reads = lane === 0;
        const operations = reads ? 2 * perLane : perLane;
        const name = `c${index}.${lane}`;
        const thinkMsMax = (2 * workMs) / operations;
        const caller = new ClientLane({ ...this.#parts(index), name, thinkMsMax, reads });
        own.deliver(() => this.#track(caller.run(operations)));
      }
      const parts = {
        ...this.#parts(index),
        writer: connection.writer,
        name: `p${index}`,
        messages: messagesPerPublisher,
        thinkMsMax: (2 * workMs) / messagesPerPublisher,
      };
      own.deliver(() => this.#track(runPublisher(parts)));
    }
  }

  #evict(address: Address): void {
    const { process: own, connection } = this.#clientAt(0);
    const request = { type: "evict", ...address };
    own.deliver(() => {
      for (const name of this.#cluster.names)
        void connection.messaging.request(hostOperations(name), request, { timeoutMs: evictMsMax });
    });
  }

  #parts(index: number) {
    const [own, other] = [this.#clientAt(index), this.#clientAt((index + 1) % clientCount)];
    return {
      world: this.#world,
      client: own.client,
      twin: other.client,
      clock: own.process.clock,
      process: own.process,
      history: this.#history,
      audit: this.#audit,
      keys: this.#keys,
      lanes,
      release: this.#release,
    };
  }

  #clientAt(index: number): Client {
    const client = this.#clients[index];
    if (client === undefined) throw new Error(`no client ${index}`);
    return client;
  }

  #track(work: Promise<void>): void {
    this.#working++;
    void work.then(() => this.#working--);
  }

  /** What must still happen; empty when the world is quiet. */
  #unfinished(): readonly string[] {
    if (this.#working > 0) return [`${this.#working} callers`];
    if (!this.#cluster.isWhole) return ["a host is away"];
    const owners = this.#cluster.owners();
    for (let shard = 0; shard < this.#shardCount; shard++) {
      const names = owners.get(shard) ?? [];
      if (names.length !== 1) return [`shard ${shard} is owned by ${names.join(" and ") || "nobody"}`];
    }
    return this.#audit.outstanding();
  }

  /** Not becoming quiet is a violation. */
  async #untilQuiet(unfinished: () => readonly string[]): Promise<void> {
    const { scheduler } = this.#world;
    const untilMs = scheduler.nowMs + quietMsMax;
    for (let open = unfinished(); open.length > 0; open = unfinished()) {
      if (scheduler.nowMs >= untilMs) return this.#world.violation(`stuck: ${open.join(", ")}`);
      await scheduler.runUntil(scheduler.nowMs + lookMs);
    }
  }

  #outcome(): ScheduleOutcome {
    const { seed, scheduler, faults, violations, lines = [] } = this.#world;
    this.#cluster.end();
    for (const { process: own } of this.#clients) own.kill();
    scheduler.clear();
    return {
      seed,
      virtualMs: scheduler.nowMs,
      commands: this.#history.asks,
      commits: this.#audit.commits,
      events: scheduler.executed,
      faults,
      violations,
      lines,
    };
  }
}
