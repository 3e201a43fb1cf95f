import type { EnvironmentKey, UnitId } from "../../protocols/ids.ts";
import {
  deletionStores,
  type DeletionReceipt,
  type DeletionStore,
  type StoreState,
} from "../../protocols/privacy.ts";
import { buckets, streams } from "../../protocols/topology.ts";
import type { Clock, KeyValue, KeyValueEntry, Log, Random } from "../../runtime/index.ts";
import type { AssignmentStore } from "../assignments/store.ts";
import type { Link } from "../call.ts";
import { alone } from "../letters/lock.ts";
import type { LivePlan } from "../live-plan.ts";
import { snapshotsBehind, unitsInFolds, writeRecords } from "./folds.ts";
import { withLinked } from "./linked.ts";
import {
  bytesOf,
  receiptKey,
  receiptOf,
  receiptPrefix,
  storedDeletionOf,
  type StoredDeletion,
} from "./stored-deletion.ts";
import {
  forgetAssignments,
  forgetInBucket,
  forgetInWarehouse,
  forgetLetters,
  type Forgetting,
  type Found,
} from "./stores.ts";
import type { Tombstones } from "./tombstones.ts";

// Deletions, from the request to the proof.
//   D1. Tombstones and receipt are stored before the answer: from then on any gateway does the work, also after this one
//       has died, and every gateway turns later events away.
//   D2. Every store is asked what it still has; it is done when that is nothing. What is not done is tried again.
//   D3. The unit ids are needed until all is done, and are taken out of the receipt then.

export interface DeletionsOptions {
  readonly link: () => Link | undefined;
  readonly planOf: (environment: EnvironmentKey) => LivePlan | undefined;
  readonly assignments: Pick<AssignmentStore, "forget" | "holds">;
  readonly tombstones: Tombstones;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
}

export interface DeletionRequest {
  readonly environment: EnvironmentKey;
  readonly units: readonly UnitId[];
  readonly by: string;
  readonly reason?: string | undefined;
}

const lookEveryMs = 2_000;
/** Gateways follow the tombstones, and look for themselves every second: by then nobody writes anything new of a unit. */
const toldAfterMs = 1_500;
/** Looked at again in each round while others are pending, since it costs little. */
const lookedAtAgain: ReadonlySet<DeletionStore> = new Set(["consents", "identities", "assignments"]);

export class Deletions {
  readonly #options: DeletionsOptions;
  readonly #pending = new Set<string>();
  readonly #stopping = new AbortController();
  #kick: (() => void) | undefined;
  #working: Promise<void> | undefined;
  #bucket: KeyValue | undefined;

  constructor(options: DeletionsOptions) {
    this.#options = options;
  }

  /** Learns of tombstones and of work that waits. */
  async follow(bucket: KeyValue): Promise<() => Promise<void>> {
    this.#bucket = bucket;
    const stop = await bucket.follow((entry) => this.#learn(entry));
    this.#working ??= this.#run(); // a link that failed half way follows again
    return async () => {
      this.#stopping.abort();
      this.#kick?.();
      await stop();
      await this.#working;
    };
  }

  /** D1. Throws when the log cannot be reached; asking again is harmless. */
  async ask({ environment, units, by, reason }: DeletionRequest): Promise<DeletionReceipt> {
    const { link, tombstones, clock, random, planOf } = this.#options;
    const bucket = this.#bucket;
    const connection = link()?.connection;
    if (bucket === undefined || connection === undefined) throw new Error("no connection to the log yet");
    const all = await withLinked(connection, environment, units);
    const at = clock.now();
    const names = new Set<string>(all);
    const overrides = Object.values(planOf(environment)?.plan.overrides ?? {});
    const deletion: StoredDeletion = {
      id: random.hex(8),
      environment,
      by,
      ...(reason === undefined ? {} : { reason }),
      at,
      units: all.length,
      stores: deletionStores.map((store) => ({ store, state: "pending" })),
      overrides: overrides.filter(({ unit }) => names.has(unit)).map(({ key }) => key),
      retainedUntil: at + streams.events.maxAgeMs,
      work: { units: all, records: [] },
    };
    for (const unit of all) {
      const key = tombstones.keyOf(environment, unit);
      await bucket.put(key, Buffer.from(JSON.stringify({ at })), 0); // in conflict: deleted before
      tombstones.learn({ key });
    }
    await bucket.put(receiptKey(deletion), bytesOf(deletion), 0);
    this.#pending.add(receiptKey(deletion));
    this.#kick?.();
    return receiptOf(deletion);
  }

  async find(environment: EnvironmentKey, id: string): Promise<DeletionReceipt | undefined> {
    if (this.#bucket === undefined) throw new Error("no connection to the log yet");
    if (!/^[0-9a-f]{1,32}$/.test(id)) return undefined;
    const entry = await this.#bucket.get(receiptKey({ environment, id }));
    const stored = entry === undefined ? undefined : storedDeletionOf(entry.value);
    return stored === undefined ? undefined : receiptOf(stored);
  }

  /** Newest first. */
  async list(environment: EnvironmentKey): Promise<DeletionReceipt[]> {
    const care = this.#options.link()?.connection.care;
    if (care === undefined) throw new Error("no connection to the log yet");
    const receipts: DeletionReceipt[] = [];
    for await (const { value } of care.entries(buckets.deletions, receiptPrefix(environment))) {
      const stored = storedDeletionOf(value);
      if (stored !== undefined) receipts.push(receiptOf(stored));
    }
    return receipts.sort((a, b) => b.at - a.at);
  }

  #learn(entry: KeyValueEntry): void {
    this.#options.tombstones.learn(entry);
    const stored = entry.key.startsWith("receipt.") ? storedDeletionOf(entry.value) : undefined;
    if (stored === undefined) return;
    if (stored.work === undefined) this.#pending.delete(entry.key);
    else this.#pending.add(entry.key);
  }

  async #run(): Promise<void> {
    const { clock, log } = this.#options;
    while (!this.#stopping.signal.aborted) {
      for (const key of this.#pending) {
        if (this.#stopping.signal.aborted) return;
        await this.#work(key).catch((error: unknown) => log.warn("deletion_not_advanced", { key, error }));
      }
      const kicked = Promise.withResolvers<void>();
      this.#kick = kicked.resolve;
      const slept = new AbortController();
      await Promise.race([kicked.promise, clock.sleep(lookEveryMs, slept.signal)]);
      slept.abort();
    }
  }

  async #work(key: string): Promise<void> {
    const { link: linkNow, clock, random } = this.#options;
    const [link, bucket] = [linkNow(), this.#bucket];
    if (link === undefined || bucket === undefined) return;
    const operations = await link.connection.bucket(buckets.operations);
    await alone(
      operations,
      `deletion.${key.slice(key.lastIndexOf(".") + 1)}`,
      { clock, random },
      async () => {
        const entry = await bucket.get(key);
        const stored = entry === undefined ? undefined : storedDeletionOf(entry.value);
        if (entry === undefined || stored?.work === undefined) this.#pending.delete(key);
        else await bucket.put(key, bytesOf(await this.#advance(stored, link)), entry.revision);
        return { ok: true, value: null };
      },
    );
  }

  /** One round over the stores that are not done. */
  async #advance(deletion: StoredDeletion, link: Link): Promise<StoredDeletion> {
    const { planOf, assignments, clock, random, log } = this.#options;
    const { environment, id, work } = deletion;
    const plan = planOf(environment);
    if (work === undefined) return deletion;
    if (plan === undefined) return deletion; // archived, or not read yet
    const { partitions } = plan.plan;
    let forgetting: Forgetting = { environment, work, link, assignments, clock, random };
    const states = new Map<DeletionStore, StoreState>(deletion.stores.map((state) => [state.store, state]));
    const isDone = (store: DeletionStore): boolean => states.get(store)?.state === "done";
    const step = async (store: DeletionStore, attempt: () => Promise<Found>): Promise<void> => {
      if (isDone(store) && !lookedAtAgain.has(store)) return;
      const found = await attempt().catch((error: unknown): Found => {
        log.warn("deletion_step_failed", { store, deletion: id, error });
        return { pending: "it did not answer" };
      });
      const at = clock.now();
      if ("pending" in found) states.set(store, { store, state: "pending", reason: found.pending, at });
      else states.set(store, { store, state: found.left === 0 ? "done" : "pending", left: found.left, at });
    };
    const write = async (round: "sequence" | "again"): Promise<Found> => {
      const written = await writeRecords(forgetting, { id, partitions, round });
      if ("pending" in written) return written;
      forgetting = { ...forgetting, work: { ...forgetting.work, records: written.records } };
      return { left: 0 };
    };

    await step("log", () => write("sequence"));
    if (clock.now() - deletion.at >= toldAfterMs) {
      await step("consents", () => forgetInBucket(buckets.consents, forgetting));
      await step("identities", () => forgetInBucket(buckets.identities, forgetting));
      await step("assignments", () => forgetAssignments(forgetting));
      await step("letters", () => forgetLetters(forgetting));
    }
    if (isDone("log")) {
      await step("folds", () => unitsInFolds(forgetting, plan));
      await step("warehouse", () => forgetInWarehouse(forgetting));
      if (isDone("folds") && !isDone("snapshots"))
        await step("snapshots", async () => {
          const first = await snapshotsBehind(forgetting, { partitions, round: "sequence" });
          if ("pending" in first) return first;
          const again = await write("again");
          return "pending" in again ? again : snapshotsBehind(forgetting, { partitions, round: "again" });
        });
    }
    const stores = deletionStores.flatMap((store) => states.get(store) ?? []);
    const { work: _, ...said } = { ...deletion, stores };
    return stores.every(({ state }) => state === "done")
      ? { ...said, doneAt: clock.now() } // D3
      : { ...said, work: forgetting.work };
  }
}
