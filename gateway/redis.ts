import { Redis } from "ioredis";
import type { Log } from "../runtime/index.ts";

export type { Redis } from "ioredis";

/** Longer than an answer takes, shorter than a request waits. */
const commandMsMax = 500;
const connectMsMax = 2_000;
const retryMsMax = 2_000;

/** Redis as an aid: a request is answered without it rather than wait for it to come back. */
export function openRedis(url: string, log: Log): Redis {
  const redis = new Redis(url, {
    connectTimeout: connectMsMax,
    commandTimeout: commandMsMax,
    enableOfflineQueue: false,
    maxRetriesPerRequest: 0,
    retryStrategy: (times) => Math.min(retryMsMax, 50 * 2 ** Math.min(times, 10)),
  });
  // Without a listener the library prints to the console; the address may hold a password, so it is not logged.
  redis.on("error", (error: Error) => log.warn("redis_not_reached", { reason: error.message }));
  return redis;
}
