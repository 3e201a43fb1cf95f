import { after, before } from "node:test";
import { silentLog, systemClock } from "../../runtime/index.ts";
import { openTestLog, type TestLog } from "../testing/gateway.ts";
import { startRedis, type TestRedis } from "../testing/redis.ts";
import { BucketStore } from "./bucket-store.ts";
import { RedisStore } from "./redis-store.ts";
import type { AssignmentStore } from "./store.ts";
import { storeSuite } from "./store.suite.ts";

let log: TestLog;
let redis: TestRedis;
const opened: AssignmentStore[] = [];

before(async () => {
  [log, redis] = await Promise.all([openTestLog(), startRedis()]);
});
after(async () => {
  for (const store of opened) await store.close();
  await redis?.stop();
  await log?.close();
});

storeSuite(
  "a bucket of the log",
  async () => new BucketStore(() => log.connection.bucket("ASSIGN"), systemClock),
);

storeSuite("Redis", async () => {
  const store = new RedisStore(redis.url, silentLog);
  opened.push(store);
  await store.ready();
  return store;
});
