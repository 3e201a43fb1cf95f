import type { Flag } from "../../protocols/flag.ts";
import { contentOf } from "../evaluation/plan.ts";
import { quantile } from "../figures.ts";
import type { World } from "../pipeline/world.ts";
import { below, median, type BenchRow } from "../report.ts";
import type { Child } from "./children.ts";
import type { Heard, ListenerOrder, Opened } from "./listener-orders.ts";
import { machineMs } from "./machine-clock.ts";

// From the request to publish, through all of a Weir, to each of many clients that hold a stream open.
//   F1. Each publish follows an edit, which is not part of the time.
//   F2. A client names the version that it has, as one that comes back does: so connecting sends no plan.

const heardMsMax = 60_000;
/** Of edits that fill an environment. */
const editsAtOnce = 8;

export interface Stream {
  readonly name: string;
  readonly path: (world: World) => Promise<string>;
  /** Absent: no goal. */
  readonly p99MsMax?: number;
}

interface Publish {
  readonly answeredMs: number;
  readonly clientMs: readonly number[];
  readonly bytes: number;
}

/** The clients of one stream at a time, and an author who publishes to them. */
export class Audience {
  readonly #world: World;
  readonly #listeners: Child;
  readonly #clients: number;
  #edits = 0;
  #version = 0;

  constructor(world: World, listeners: Child, clients: number) {
    this.#world = world;
    this.#listeners = listeners;
    this.#clients = clients;
  }

  async fill(flags: readonly Flag[]): Promise<void> {
    const waiting = [...flags];
    const editor = async (): Promise<void> => {
      for (let flag = waiting.pop(); flag !== undefined; flag = waiting.pop()) await this.#put(flag);
    };
    await Promise.all(Array.from({ length: editsAtOnce }, editor));
    await this.#publish();
  }

  async rows({ name, path, p99MsMax: bound }: Stream, publishes: number): Promise<BenchRow[]> {
    await this.#open(await path(this.#world));
    const taken: Publish[] = [];
    for (let publish = 0; publish <= publishes; publish++) {
      const one = await this.#measure(name);
      if (publish > 0) taken.push(one); // the first warms up
    }
    await this.#order<Opened>({ kind: "close" });
    const all = taken.flatMap(({ clientMs }) => clientMs);
    const last = taken.map(({ clientMs }) => Math.max(...clientMs));
    const p99 = quantile(all, 0.99);
    const to = `publish → ${this.#clients} clients, ${name}`;
    return [
      { case: `${to}, p50`, value: quantile(all, 0.5), unit: "ms" },
      {
        case: `${to}, p99`,
        value: p99,
        unit: "ms",
        ...(bound === undefined ? {} : { goal: below(p99, bound) }),
      },
      { case: `${to}, last client, median of ${publishes}`, value: median(last), unit: "ms" },
      { case: `${to}, last client, longest`, value: Math.max(...last), unit: "ms" },
      {
        case: `${to}, publish answered`,
        value: median(taken.map(({ answeredMs }) => answeredMs)),
        unit: "ms",
      },
      {
        case: `${to}, sent to each`,
        value: median(taken.map(({ bytes }) => bytes)) / this.#clients,
        unit: "B",
      },
    ];
  }

  async #measure(name: string): Promise<Publish> {
    await this.#put(this.#edited()); // F1
    const startMs = machineMs();
    await this.#publish();
    const answeredMs = machineMs() - startMs;
    const heard = await this.#order<Heard>({ kind: "await", id: this.#version, msMax: heardMsMax });
    if (heard.open < this.#clients || heard.atMs.length < this.#clients)
      throw new Error(
        `${name}: of ${this.#clients} clients ${heard.open} stayed and ${heard.atMs.length} heard`,
      );
    return { answeredMs, clientMs: heard.atMs.map((atMs) => atMs - startMs), bytes: heard.bytes };
  }

  async #open(path: string): Promise<void> {
    const { host, port } = new URL(this.#world.weir.url);
    const request = [
      `GET ${path} HTTP/1.1`,
      `Host: ${host}`,
      `Authorization: Bearer ${this.#world.weir.token}`,
      "Accept: text/event-stream",
      `Last-Event-ID: ${this.#version}`, // F2
      "",
      "",
    ].join("\r\n");
    const { open } = await this.#order<Opened>({
      kind: "open",
      port: Number(port),
      request,
      count: this.#clients,
    });
    if (open < this.#clients) throw new Error(`only ${open} of ${this.#clients} clients were let in`);
  }

  /** Another split of the same size. */
  #edited(): Flag {
    const [flag] = contentOf(2, 0).flags.slice(1);
    if (flag === undefined) throw new Error("the second flag of the bench has rules and a split");
    const weight = 4_000 + (++this.#edits % 1_000);
    const split = [
      { variation: "on", weight },
      { variation: "off", weight: 10_000 - weight },
    ];
    return { ...flag, fallthrough: { split } } as Flag;
  }

  #put(flag: Flag): Promise<unknown> {
    const query = { env: this.#world.environment };
    return this.#world.api.call("PUT", `/v1/flags/${flag.key}`, { query, body: flag });
  }

  async #publish(): Promise<void> {
    const path = `/v1/environments/${this.#world.environment}/publish`;
    ({ version: this.#version } = await this.#world.api.call<{ version: number }>("POST", path, {
      body: {},
    }));
  }

  #order = <Answer>(order: ListenerOrder): Promise<Answer> => this.#listeners.order<Answer>(order);
}
