import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { silentLog, systemClock } from "../runtime/index.ts";
import { CallerLimits } from "./caller-limits.ts";
import type { Principal } from "./directory.ts";
import type { RequestHead } from "./http.ts";
import { eventually } from "./testing/gateway.ts";
import { startRedis, type TestRedis } from "./testing/redis.ts";

let redis: TestRedis;
before(async () => {
  redis = await startRedis();
});
const opened: CallerLimits[] = [];
after(async () => {
  for (const limits of opened) limits.close();
  await redis?.stop();
});

const perMinute = 200;
const head = { address: "127.0.0.1" } as RequestHead;
const caller = (hash: string): Principal => ({ token: { hash }, isBrowser: false }) as Principal;

function limitsOn(redisUrl: string | undefined): CallerLimits {
  const limits = new CallerLimits({ perMinute, redisUrl, clock: systemClock, log: silentLog });
  opened.push(limits);
  return limits;
}

/** How many of many requests were served by these gateways in turn. */
async function served(gateways: readonly CallerLimits[], principal: Principal): Promise<number> {
  let count = 0;
  for (let turn = 0; turn < 3 * perMinute; turn++) {
    const limits = gateways[turn % gateways.length] as CallerLimits;
    if (limits.take(head, principal).retryAfterMs === undefined) count++;
    await new Promise(setImmediate);
    if (turn % 20 === 0) await systemClock.sleep(2);
  }
  return count;
}

test("gateways on one Redis share one limit; each may pass it by a chunk", async () => {
  const gateways = [limitsOn(redis.url), limitsOn(redis.url)];
  // Connected: before, each counts for itself.
  await eventually(async () => {
    for (const limits of gateways) limits.take(head, caller("warm"));
    await systemClock.sleep(20);
    const shown = gateways.map((limits) => limits.take(head, caller("warm")).headers[1]?.[1] ?? "");
    return shown.every((text) => Number(/r=(\d+)/.exec(text)?.[1] ?? perMinute) < perMinute - 2);
  });
  const count = await served(gateways, caller("shared"));
  // A chunk of each, and what a loaded machine lets by until Redis has answered.
  assert.ok(count >= perMinute - 20 && count <= 1.5 * perMinute, `${count}`);
});

test("while Redis is away each gateway has the limit for itself", async () => {
  const gateways = [limitsOn("redis://127.0.0.1:1"), limitsOn("redis://127.0.0.1:1")];
  const count = await served(gateways, caller("alone"));
  assert.ok(count >= 2 * perMinute && count <= 2 * perMinute + 20, `${count}`);
});

test("a hundred events cost what a request costs, and fewer nothing beside it", async () => {
  const limits = limitsOn(undefined);
  const [busy, quiet] = [caller("busy"), caller("quiet")];
  limits.take(head, busy);
  limits.chargeEvents(busy, 100 * perMinute);
  limits.take(head, quiet);
  limits.chargeEvents(quiet, 99);
  await systemClock.sleep(5);
  limits.take(head, busy);
  await systemClock.sleep(5);
  assert.notEqual(limits.take(head, busy).retryAfterMs, undefined);
  assert.equal(limits.take(head, quiet).retryAfterMs, undefined);
});
