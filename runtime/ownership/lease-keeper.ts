import { Backoff } from "../backoff.ts";
import type { Clock } from "../ports/clock.ts";
import type { KeyValue } from "../ports/connection.ts";
import { encodeRecord, hostKey, leaseRecordOf, shardKey } from "./lease-records.ts";
import { LeaseView } from "./lease-view.ts";
import { shardMovesInFlightMax } from "../limits.ts";
import type { Log } from "../ports/log.ts";
import type { Random } from "../ports/random.ts";

// Which shards this host owns.
//   L1. A shard is opened only under a claim that we won by compare-and-set; its revision is the epoch.
//   L2. A shard of a living host is never taken; a dead one's only after the observer's verdict.
//   L3. A claim is released only after everything of the shard is closed.
// Leases say who should act; what keeps two owners apart is the journal's compare-and-set.

export interface LeaseKeeperOptions {
  readonly bucket: KeyValue;
  readonly host: string;
  readonly ttlMs: number;
  readonly shardCount: number;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  /** Serves a shard from now on. */
  readonly open: (shard: number, epoch: number) => Promise<void>;
  /** The shard will be closed in an orderly way: shortens that, while it is still served. */
  readonly prepare: (shard: number) => Promise<void>;
  /** Stops serving; `orderly` when the shard is still ours and may be finished at leisure. */
  readonly close: (shard: number, orderly: boolean) => Promise<void>;
  /** A shard went without a hand-over. */
  readonly lost: (reason: string) => void;
}

/** Beats vouch for us until this part of the TTL has passed since the last one was sent. */
const vouchedShare = 0.8;
const beatsPerTtl = 3;
const looksPerTtl = 6;
const startAttemptsMax = 10;
/** A hand-over waits no longer for what only makes it shorter. */
const prepareMsMax = 1_000;

export class LeaseKeeper {
  readonly #options: LeaseKeeperOptions;
  readonly #session: string;
  readonly #view: LeaseView;
  readonly #owned = new Map<number, number>();
  readonly #moving = new Map<number, Promise<void>>();
  readonly #stopping = new AbortController();
  #stopFollowing: () => Promise<void> = async () => {};
  #loops: Promise<unknown> = Promise.resolve();
  #beat = 0;
  #beatRevision = 0;
  #vouchedUntilMs = 0;
  #leaving = false;
  #refused = false;

  constructor(options: LeaseKeeperOptions) {
    this.#options = options;
    this.#session = options.random.hex(8);
    this.#view = new LeaseView({ host: options.host, session: this.#session }, options.ttlMs);
  }

  get ownedShards(): readonly number[] {
    return [...this.#owned.keys()].sort((a, b) => a - b);
  }

  /** The claim of that epoch still stands, as far as we know. */
  owns(shard: number, epoch: number): boolean {
    return this.#owned.get(shard) === epoch;
  }

  /** Our beat is fresh: nobody can have judged us dead yet, so what we remember is the newest. */
  get vouched(): boolean {
    return this.#options.clock.monotonicMs() < this.#vouchedUntilMs;
  }

  async start(): Promise<void> {
    await this.#patiently(() => this.#scan());
    await this.#patiently(() => this.#announce());
    this.#stopFollowing = await this.#options.bucket.follow((entry) => {
      const record = leaseRecordOf(entry);
      if (record === undefined) return;
      this.#view.ingest(record);
      if (record.kind === "shard" || record.name !== this.#options.host) this.#decide();
    });
    this.#decide();
    while (this.#moving.size > 0) await Promise.all(this.#moving.values());
    this.#loops = Promise.all([this.#beatLoop(), this.#lookLoop()]);
  }

  /** A cluster that lost a server has no leader for seconds: no reason to begin the whole process anew. */
  async #patiently(work: () => Promise<void>): Promise<void> {
    const { clock, random, log } = this.#options;
    const backoff = new Backoff(random, { maxMs: 2_000 });
    for (;;) {
      try {
        return await work();
      } catch (error) {
        if (backoff.attempts >= startAttemptsMax) throw error;
        log.warn("lease_start_failed", { host: this.#options.host, attempt: backoff.attempts + 1, error });
        await clock.sleep(backoff.nextMs());
      }
    }
  }

  /** Gives a shard up because a newer epoch showed itself. */
  surrender(shard: number, epoch: number): void {
    if (this.owns(shard, epoch)) this.#lose(shard, "newer epoch in a journal");
  }

  /** Hands every shard over. Others are told first, so that they wait at the door. Idempotent. */
  async drain(): Promise<void> {
    if (this.#leaving) return void (await this.#loops);
    this.#leaving = true;
    await this.#sendBeat().catch(() => {}); // unreachable: the claims expire instead
    while (this.#moving.size > 0) await Promise.all(this.#moving.values());
    const shards = [...this.#owned.keys()];
    const lane = async (): Promise<void> => {
      for (let shard = shards.pop(); shard !== undefined; shard = shards.pop()) {
        await this.#release(shard).catch((error: unknown) => {
          this.#options.log.warn("shard_not_released", { shard, error }); // it expires with our beat
        });
      }
    };
    await Promise.all(Array.from({ length: shardMovesInFlightMax }, lane));
    this.#stopping.abort();
    await this.#stopFollowing();
    await this.#loops;
    await this.#options.bucket.delete(hostKey(this.#options.host)).catch(() => {}); // it is marked as leaving
  }

  /** Stops acting at once; the claims expire by themselves. What still tries to append learns that it does not own. */
  abandon(): void {
    this.#stopping.abort();
    this.#owned.clear();
    this.#vouchedUntilMs = 0;
  }

  async #scan(): Promise<void> {
    const { bucket } = this.#options;
    for (const key of await bucket.keys()) {
      const entry = await bucket.get(key);
      const record = entry === undefined ? undefined : leaseRecordOf(entry);
      if (record !== undefined) this.#view.ingest(record);
    }
  }

  /** Our name belongs to the newest process that claims it. */
  async #announce(): Promise<void> {
    const { bucket, host } = this.#options;
    do {
      this.#beatRevision = (await bucket.get(hostKey(host)))?.revision ?? 0;
    } while ((await this.#sendBeat()) === "conflict");
  }

  async #sendBeat(): Promise<"stored" | "conflict"> {
    const { bucket, host, clock, ttlMs } = this.#options;
    const sentMs = clock.monotonicMs();
    const beat = { session: this.#session, beat: ++this.#beat, leaving: this.#leaving };
    const outcome = await bucket.put(hostKey(host), encodeRecord(beat), this.#beatRevision);
    if (outcome.kind === "conflict") return "conflict";
    this.#beatRevision = outcome.revision;
    this.#vouchedUntilMs = sentMs + ttlMs * vouchedShare;
    return "stored";
  }

  async #beatLoop(): Promise<void> {
    const { clock, ttlMs, log, random } = this.#options;
    const backoff = new Backoff(random, { baseMs: ttlMs / 12, maxMs: ttlMs / beatsPerTtl });
    while (!this.#stopping.signal.aborted) {
      await clock.sleep(
        backoff.attempts === 0 ? ttlMs / beatsPerTtl : backoff.nextMs(),
        this.#stopping.signal,
      );
      if (this.#stopping.signal.aborted || this.#refused) return;
      const lapsed = !this.vouched;
      try {
        if ((await this.#sendBeat()) === "conflict") await this.#beatRefused();
        // After a lapse others may have taken our shards: look before we vouch for what we remember.
        else if (lapsed) await this.#scan().then(() => this.#decide());
        backoff.reset();
      } catch (error) {
        if (backoff.attempts === 0) log.warn("lease_beat_failed", { host: this.#options.host, error });
        backoff.nextMs();
      }
    }
  }

  /** Either our entry was tidied away while we slept, or a newer process runs under our name. */
  async #beatRefused(): Promise<void> {
    const { bucket, host, log } = this.#options;
    this.#vouchedUntilMs = 0;
    const entry = await bucket.get(hostKey(host));
    const record = entry === undefined ? undefined : leaseRecordOf(entry);
    const stranger = record?.kind === "host" && record.beat.session !== this.#session;
    if (stranger && !this.#leaving) {
      log.error("host_name_taken", {
        host,
        reason: "another process runs under the same name; this one stops serving",
      });
      this.#refused = true;
      for (const shard of this.#owned.keys()) this.#lose(shard, "superseded");
      return;
    }
    this.#beatRevision = entry?.revision ?? 0;
  }

  /** Reads the beats of others from the leader: the only evidence on which anybody is declared dead. */
  async #lookLoop(): Promise<void> {
    const { bucket, clock, ttlMs, log } = this.#options;
    while (!this.#stopping.signal.aborted) {
      await clock.sleep(ttlMs / looksPerTtl, this.#stopping.signal);
      try {
        for (const host of this.#view.otherHosts) await this.#look(bucket, host);
      } catch (error) {
        this.#view.readFailed();
        log.debug("lease_read_failed", { error });
      }
      this.#decide();
    }
  }

  async #look(bucket: KeyValue, host: string): Promise<void> {
    const entry = await bucket.get(hostKey(host));
    if (entry === undefined) return this.#view.forgetHost(host);
    const record = leaseRecordOf(entry);
    if (record !== undefined) this.#view.ingest(record);
    // A store may answer reads while it takes no writes: then nobody's beat changes, and nobody is dead for it.
    if (!this.vouched) return this.#view.readFailed();
    const nowMs = this.#options.clock.monotonicMs();
    this.#view.observeBeat(host, entry.revision, nowMs);
    if (this.#view.isDead(host, nowMs) && this.#view.holdsNothing(host)) {
      await bucket.delete(hostKey(host)); // a living one that only slept announces itself again
      this.#view.forgetHost(host);
    }
  }

  #decide(): void {
    if (this.#stopping.signal.aborted || this.#refused) return;
    const nowMs = this.#options.clock.monotonicMs();
    for (let shard = 0; shard < this.#options.shardCount; shard++) {
      if (this.#moving.has(shard)) continue;
      const owned = this.#owned.has(shard);
      if (owned && !this.#view.isOurs(shard)) this.#lose(shard, "claimed by another");
      else if (this.#leaving || this.#moving.size >= shardMovesInFlightMax) continue;
      else if (owned && !this.#view.prefersUs(shard, nowMs)) this.#move(shard, () => this.#release(shard));
      else if (!owned && this.#view.prefersUs(shard, nowMs) && !this.#view.isHeldByLiving(shard, nowMs)) {
        this.#move(shard, () => this.#acquire(shard));
      } else if (!owned && this.#view.isOurs(shard) && !this.#view.prefersUs(shard, nowMs)) {
        // Released in vain, or won without learning it: as long as we beat, nobody else may take it.
        this.#move(shard, () => this.#giveBack(shard, this.#view.claimOf(shard)?.revision ?? 0));
      }
    }
  }

  /** One change of a shard at a time; whatever it ends with, the picture is looked at again. */
  #move(shard: number, change: () => Promise<void>): void {
    const { log } = this.#options;
    const before = this.#moving.get(shard) ?? Promise.resolve();
    const moved: Promise<void> = before
      .then(change)
      .then(
        () => true,
        (error: unknown) => {
          log.warn("shard_not_moved", { shard, error });
          return false; // the look loop tries again; at once would spin while the store is away
        },
      )
      .then((again) => {
        if (this.#moving.get(shard) === moved) this.#moving.delete(shard);
        if (again) this.#decide();
      });
    this.#moving.set(shard, moved);
  }

  async #acquire(shard: number): Promise<void> {
    const { bucket, host, open, log } = this.#options;
    const expected = this.#view.claimOf(shard)?.revision ?? 0;
    const claim = { host, session: this.#session };
    const outcome = await bucket.put(shardKey(shard), encodeRecord(claim), expected);
    if (outcome.kind === "conflict") return this.#read(shard);
    this.#view.ingest({ kind: "shard", shard, claim, revision: outcome.revision });
    this.#owned.set(shard, outcome.revision); // L1
    log.debug("shard_acquired", { shard, epoch: outcome.revision });
    await open(shard, outcome.revision);
  }

  async #release(shard: number): Promise<void> {
    const { prepare, close, clock } = this.#options;
    const epoch = this.#owned.get(shard);
    if (epoch === undefined) return;
    const prepared = new AbortController();
    const preparing = prepare(shard).finally(() => prepared.abort());
    await Promise.race([preparing, clock.sleep(prepareMsMax, prepared.signal)]);
    await close(shard, true); // L3
    this.#owned.delete(shard);
    await this.#giveBack(shard, epoch);
  }

  /** Throws when the claim may still stand in our name. */
  async #giveBack(shard: number, revision: number): Promise<void> {
    const released = { host: "", session: "" };
    const outcome = await this.#options.bucket.put(shardKey(shard), encodeRecord(released), revision);
    if (outcome.kind === "stored") {
      this.#view.ingest({ kind: "shard", shard, claim: released, revision: outcome.revision });
    } else await this.#read(shard);
    this.#options.log.debug("shard_released", { shard, outcome: outcome.kind });
  }

  async #read(shard: number): Promise<void> {
    const entry = await this.#options.bucket.get(shardKey(shard));
    const record = entry === undefined ? undefined : leaseRecordOf(entry);
    if (record !== undefined) this.#view.ingest(record);
  }

  #lose(shard: number, reason: string): void {
    this.#options.log.warn("shard_lost", { shard, reason });
    this.#options.lost(reason);
    this.#owned.delete(shard);
    this.#move(shard, () => this.#options.close(shard, false));
  }
}
