import type { Clock, Log } from "../runtime/index.ts";
import { nobody } from "./call.ts";
import type { Principal } from "./directory.ts";
import type { RequestHead } from "./http.ts";
import { RateLimit, type Taken } from "./limits.ts";
import { openRedis, type Redis } from "./redis.ts";

export interface CallerLimitsOptions {
  readonly perMinute: number;
  /** Absent: each gateway counts for itself. */
  readonly redisUrl: string | undefined;
  readonly clock: Clock;
  readonly log: Log;
}

/** A hundred events cost what a request costs, so that batches are no way around the limit. */
const eventsPerPoint = 100;

/** What one token, or one address, may ask of all gateways that share a Redis. */
export class CallerLimits {
  readonly #perToken: RateLimit;
  readonly #perAddress: RateLimit;
  readonly #redis: Redis | undefined;

  constructor({ perMinute, redisUrl, clock, log }: CallerLimitsOptions) {
    this.#redis = redisUrl === undefined ? undefined : openRedis(redisUrl, log);
    this.#perToken = new RateLimit("token", perMinute, clock, this.#redis);
    this.#perAddress = new RateLimit("address", perMinute, clock, this.#redis);
  }

  /** For whoever has no good token. */
  takeAddress(head: RequestHead): Taken {
    return this.#perAddress.take(head.address);
  }

  /** A browser's token is everybody's, so there the address counts, too. */
  take(head: RequestHead, principal: Principal): Taken {
    if (principal === nobody) return this.#perAddress.take(head.address);
    const taken = this.#perToken.take(principal.token.hash);
    if (!principal.isBrowser || taken.retryAfterMs !== undefined) return taken;
    const ofAddress = this.#perAddress.take(head.address);
    return ofAddress.retryAfterMs === undefined ? taken : ofAddress;
  }

  /** What a request cost beyond itself. It is served; those behind it wait for it. */
  chargeEvents({ token }: Principal, events: number): void {
    const points = Math.floor(events / eventsPerPoint);
    if (points > 0) this.#perToken.charge(token.hash, points);
  }

  close(): void {
    this.#redis?.disconnect();
  }
}
