import { BeatObserver } from "./beat-observer.ts";
import type { HostBeat, LeaseRecord, ShardClaim } from "./lease-records.ts";
import { preferredHost } from "./placement.ts";

export interface Held {
  readonly claim: ShardClaim;
  readonly revision: number;
}

/** What one host knows of all claims and beats, and the decisions that follow. No I/O. */
export class LeaseView {
  readonly #self: { readonly host: string; readonly session: string };
  readonly #claims = new Map<number, Held>();
  readonly #hosts = new Map<string, { readonly beat: HostBeat; readonly revision: number }>();
  readonly #observer: BeatObserver;

  constructor(self: { readonly host: string; readonly session: string }, ttlMs: number) {
    this.#self = self;
    this.#observer = new BeatObserver(ttlMs);
  }

  /** Revisions only grow: a late copy of an older record changes nothing. */
  ingest(record: LeaseRecord): void {
    if (record.kind === "shard") {
      if (record.revision > (this.#claims.get(record.shard)?.revision ?? 0))
        this.#claims.set(record.shard, record);
    } else if (record.revision > (this.#hosts.get(record.name)?.revision ?? 0)) {
      this.#hosts.set(record.name, record);
      this.#observer.forget(record.name); // a newer beat, wherever it was seen: two that think each other dead stop here
    }
  }

  forgetHost(name: string): void {
    this.#hosts.delete(name);
    this.#observer.forget(name);
  }

  get otherHosts(): string[] {
    return [...this.#hosts.keys()].filter((name) => name !== this.#self.host);
  }

  observeBeat(host: string, revision: number, nowMs: number): void {
    this.#observer.observe(host, revision, nowMs);
  }

  readFailed(): void {
    this.#observer.readFailed();
  }

  claimOf(shard: number): Held | undefined {
    return this.#claims.get(shard);
  }

  isOurs(shard: number): boolean {
    const claim = this.#claims.get(shard)?.claim;
    return claim !== undefined && claim.host === this.#self.host && claim.session === this.#self.session;
  }

  /** Somebody else holds the shard and still beats under the session that claimed it. */
  isHeldByLiving(shard: number, nowMs: number): boolean {
    const claim = this.#claims.get(shard)?.claim;
    // A claim under our own name is of a life before, or one that we gave up: ours to renew.
    if (claim === undefined || claim.host === "" || claim.host === this.#self.host) return false;
    const session = this.#hosts.get(claim.host)?.beat.session;
    return session === claim.session && !this.isDead(claim.host, nowMs);
  }

  isDead(host: string, nowMs: number): boolean {
    return this.#observer.isDead(host, nowMs);
  }

  holdsNothing(host: string): boolean {
    return [...this.#claims.values()].every(({ claim }) => claim.host !== host);
  }

  /** We are the best placed of the hosts that live and stay. */
  prefersUs(shard: number, nowMs: number): boolean {
    const staying = this.otherHosts.filter(
      (name) => this.#hosts.get(name)?.beat.leaving === false && !this.isDead(name, nowMs),
    );
    return preferredHost(shard, [...staying, this.#self.host]) === this.#self.host;
  }
}
