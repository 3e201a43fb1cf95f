import {
  RateLimiterMemory,
  RateLimiterRedis,
  RateLimiterRes,
  type RateLimiterAbstract,
} from "rate-limiter-flexible";
import type { Clock } from "../runtime/index.ts";
import { headerLines } from "./http.ts";
import type { Redis } from "./redis.ts";

// How much one token, or one address, may ask.
//   L1. `take` is synchronous, so that evaluation never awaits: it draws on credit that was fetched from the limiter
//       in chunks of a hundredth of the limit. What is served beyond the limit is at most one chunk of each gateway.
//   L2. With Redis all gateways draw on one account; while it is away, each on its own.

const windowMs = 60_000;
/** 100 000 keys × about 400 B = 40 MB; callers above that share one key. */
const keysMax = 100_000;

/** Header pairs of an answer, and how long to wait when it is a refusal. */
export interface Taken {
  readonly headers: readonly (readonly [string, string])[];
  /** The same for the server, made once a second instead of for each request. */
  readonly lines: string;
  readonly retryAfterMs: number | undefined;
}

interface Account {
  credit: number;
  drawing: boolean;
  remaining: number;
  /** Monotonic ms. */
  resetAt: number;
  /** Refused until then. */
  exhaustedUntil: number;
  taken: Taken;
  /** `taken` shows seconds, so it is rebuilt once a second at most. */
  takenUntil: number;
}

export class RateLimit {
  readonly #name: string;
  readonly #points: number;
  readonly #chunk: number;
  readonly #limiter: RateLimiterAbstract;
  readonly #clock: Clock;
  readonly #accounts = new Map<string, Account>();
  readonly #policy: readonly [string, string];

  constructor(name: string, pointsPerMinute: number, clock: Clock, redis?: Redis) {
    this.#name = name;
    this.#points = pointsPerMinute;
    this.#chunk = Math.max(1, Math.floor(pointsPerMinute / 100));
    const settings = { points: pointsPerMinute, duration: windowMs / 1_000, keyPrefix: `weir:limit:${name}` };
    const own = new RateLimiterMemory(settings);
    this.#limiter =
      redis === undefined
        ? own
        : new RateLimiterRedis({
            ...settings,
            storeClient: redis,
            rejectIfRedisNotReady: true,
            insuranceLimiter: own, // L2
          });
    this.#clock = clock;
    this.#policy = ["ratelimit-policy", `"${name}";q=${pointsPerMinute};w=${windowMs / 1_000}`];
  }

  take(key: string): Taken {
    const now = this.#clock.monotonicMs();
    const account = this.#accountOf(key, now);
    if (now < account.exhaustedUntil) return this.#show(account, now);
    if (--account.credit <= 0) this.#draw(this.#accounts.has(key) ? key : "others", account);
    return this.#show(account, now);
  }

  /** Takes points off what is left, below nothing if need be. */
  charge(key: string, points: number): void {
    const account = this.#accountOf(key, this.#clock.monotonicMs());
    account.credit -= points;
    if (account.credit <= 0) this.#draw(this.#accounts.has(key) ? key : "others", account);
  }

  #accountOf(key: string, now: number): Account {
    let account = this.#accounts.get(key);
    if (account !== undefined && now < account.resetAt) return account;
    if (account === undefined && this.#accounts.size >= keysMax) this.#forgetOld(now);
    const name = account !== undefined || this.#accounts.size < keysMax ? key : "others";
    if (name === "others") account = this.#accounts.get(name);
    if (account === undefined || now >= account.resetAt) {
      account = {
        credit: 0,
        drawing: false,
        remaining: this.#points,
        resetAt: now + windowMs,
        exhaustedUntil: 0,
        taken: { headers: [], lines: "", retryAfterMs: undefined },
        takenUntil: 0,
      };
      this.#accounts.set(name, account);
    }
    return account;
  }

  #forgetOld(now: number): void {
    for (const [key, account] of this.#accounts) if (now >= account.resetAt) this.#accounts.delete(key);
  }

  #draw(key: string, account: Account): void {
    if (account.drawing) return;
    account.drawing = true;
    // Requests of the same turn go into debt; the chunk then pays it back (L1).
    const points = Math.max(this.#chunk, 1 - account.credit);
    const settle = (result: unknown, granted: boolean): void => {
      account.drawing = false;
      const now = this.#clock.monotonicMs();
      if (!(result instanceof RateLimiterRes)) return; // a defect of the limiter must not stop the service
      account.resetAt = now + result.msBeforeNext;
      account.remaining = result.remainingPoints;
      account.takenUntil = 0;
      if (!granted) account.exhaustedUntil = account.resetAt;
      else if ((account.credit += points) <= 0) this.#draw(key, account);
    };
    this.#limiter.consume(key, points).then(
      (result) => settle(result, true),
      (result: unknown) => settle(result, false),
    );
  }

  #show(account: Account, now: number): Taken {
    if (now < account.takenUntil) return account.taken;
    const limited = now < account.exhaustedUntil;
    const seconds = Math.max(1, Math.ceil((account.resetAt - now) / 1_000));
    const remaining = limited ? 0 : account.remaining;
    const headers = [this.#policy, ["ratelimit", `"${this.#name}";r=${remaining};t=${seconds}`]] as const;
    account.taken = {
      headers,
      lines: headerLines(headers),
      retryAfterMs: limited ? account.exhaustedUntil - now : undefined,
    };
    account.takenUntil = limited ? account.exhaustedUntil : now + 1_000;
    return account.taken;
  }
}
