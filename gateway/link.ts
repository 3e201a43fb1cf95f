import { assignmentAgeMsMax, buckets, organisationKey, streams } from "../protocols/topology.ts";
import {
  Backoff,
  openClient,
  openConnection,
  openOperations,
  type Clock,
  type Connection,
  type KeyValue,
  type KeyValueEntry,
  type Log,
  type Random,
  type Tracer,
} from "../runtime/index.ts";
import type { Link } from "./call.ts";
import type { DirectoryView } from "./directory.ts";
import type { Consents } from "./ingest/consents.ts";
import type { LastGood } from "./last-good.ts";
import { PlanEntries } from "./plan-entries.ts";
import type { Plans } from "./plans.ts";
import type { Deletions } from "./privacy/deletions.ts";

// The gateway's tie to the log. It may be absent at start: then the gateway answers from what it has, and tries again
// until it is closed. Afterwards the connection mends itself.

export interface LinkOptions {
  readonly natsUrl: string;
  readonly replicas: number;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly tracer: Tracer | undefined;
  readonly directory: DirectoryView;
  readonly plans: Plans;
  readonly lastGood: LastGood;
  readonly deletions: Pick<Deletions, "follow">;
  readonly consents: Consents;
}

const connectMsMax = 5_000;
const retryMsMax = 2_000;
const decoder = new TextDecoder();

export const assignmentBucket = (connection: Pick<Connection, "bucket">): Promise<KeyValue> =>
  connection.bucket(buckets.assignments, { maxAgeMs: assignmentAgeMsMax });

export class LogLink {
  readonly #options: LinkOptions;
  readonly #stopped = new AbortController();
  #link: Link | undefined;
  readonly #stops: (() => Promise<void>)[] = [];

  constructor(options: LinkOptions) {
    this.#options = options;
  }

  get current(): Link | undefined {
    return this.#link;
  }

  /** Resolves when the link stands and both buckets are followed, or when it was closed before. */
  async open(): Promise<void> {
    const { clock, log, random, natsUrl, replicas, tracer } = this.#options;
    const backoff = new Backoff(random, { maxMs: retryMsMax });
    while (!this.#stopped.signal.aborted) {
      try {
        const connection = await openConnection({
          url: natsUrl,
          name: "gateway",
          streams: [streams.events, streams.dead, streams.decisions].map((stream) => ({
            ...stream,
            replicas,
          })),
          replicas,
          connectTimeoutMs: connectMsMax,
          log,
        });
        if (this.#stopped.signal.aborted) return await connection.drain();
        this.#link = {
          connection,
          client: openClient(connection, tracer === undefined ? {} : { tracer }),
          operations: openOperations(connection),
        };
        await this.#follow(this.#link);
        log.info("log_connected", {});
        return;
      } catch (error) {
        log.warn("log_not_reached", { natsUrl, error });
        const link = this.#link;
        this.#link = undefined;
        await link?.connection.drain();
        await clock.sleep(backoff.nextMs(), this.#stopped.signal);
      }
    }
  }

  async close(): Promise<void> {
    this.#stopped.abort();
    await Promise.allSettled(this.#stops.map((stop) => stop()));
    await this.#link?.connection.drain();
  }

  async #follow({ connection }: Link): Promise<void> {
    const directory = await connection.bucket(buckets.directory);
    this.#stops.push(await directory.follow((entry) => this.#directoryChanged(entry)));
    const { clock, random, log } = this.#options;
    const parts = await connection.bucket(buckets.planParts);
    const arrived = (text: string): void => void this.#planArrived(text);
    const entries = new PlanEntries({ parts, arrived, clock, random, log });
    const plans = await connection.bucket(buckets.plans);
    this.#stops.push(await plans.follow((entry) => entries.take(entry)), async () => entries.close());
    this.#stops.push(await this.#options.consents.follow(await connection.bucket(buckets.consents)));
    this.#stops.push(await this.#options.deletions.follow(await connection.bucket(buckets.deletions)));
    // Now, so that the first unit does not wait for it, and a bucket from before its entries had an end gets one.
    await assignmentBucket(connection);
  }

  #directoryChanged(entry: KeyValueEntry): void {
    if (entry.key !== organisationKey) return;
    const { directory, plans, lastGood, log } = this.#options;
    const text = decoder.decode(entry.value);
    const document = parse(text);
    if (document === undefined) return log.error("directory_malformed", {});
    if (!directory.accept(document)) return;
    void lastGood.saveDirectory(text);
    for (const record of directory.document?.environments ?? []) if (record.archived) plans.drop(record.key);
  }

  async #planArrived(text: string): Promise<void> {
    const { directory, plans } = this.#options;
    await plans.accept(text, { stale: false });
    for (const record of directory.document?.environments ?? [])
      if (record.archived && plans.get(record.key) !== undefined) plans.drop(record.key);
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
