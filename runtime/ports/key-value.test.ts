import { after, before, describe } from "node:test";
import { MemoryKeyValue } from "../memory/key-value.ts";
import { openConnection } from "../nats/connection.ts";
import { startNats } from "../testing/nats.ts";
import type { TestNats } from "../testing/nats.ts";
import type { Connection } from "./connection.ts";
import { keyValueSuite } from "./key-value.suite.ts";

keyValueSuite("memory", async () => new MemoryKeyValue());

describe("on a server", () => {
  let server: TestNats;
  let connection: Connection;
  let serial = 0;
  before(async () => {
    server = await startNats();
    connection = await openConnection({ url: server.url, name: "buckets", streams: [] });
  });
  after(async () => {
    await connection.drain();
    await server.dispose();
  });
  keyValueSuite("JetStream", () => connection.bucket(`SUITE${++serial}`));
});
