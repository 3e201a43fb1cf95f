import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:net";
import { test } from "node:test";
import { freePorts } from "./free-ports.ts";

test("they can be listened on, one after the other, and no outgoing connection is given them", async () => {
  const first = await freePorts("127.0.0.1", 3);
  assert.ok(first >= 20_000 && first + 2 < 32_768);
  const servers = [0, 1, 2].map((offset) => createServer().listen(first + offset, "127.0.0.1"));
  await Promise.all(servers.map((server) => once(server, "listening")));
  for (const server of servers) server.close();
});

test("a host that is not this machine's is said, not searched for ever", async () => {
  await assert.rejects(freePorts("192.0.2.1"), { code: "EADDRNOTAVAIL" });
});
