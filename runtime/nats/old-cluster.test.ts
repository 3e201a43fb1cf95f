import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:net";
import type { AddressInfo } from "node:net";
import { test } from "node:test";
import { openConnection } from "./connection.ts";

/** Says what a server says when somebody connects, and nothing more. */
async function serverThatSays(info: Readonly<Record<string, unknown>>) {
  const server = createServer((socket) => {
    socket.on("error", () => {});
    socket.write(
      `INFO ${JSON.stringify({ server_id: "x", max_payload: 1_048_576, headers: true, ...info })}\r\n`,
    );
    socket.on("data", (bytes: Uint8Array) => {
      if (new TextDecoder().decode(bytes).includes("PING\r\n")) socket.write("PONG\r\n");
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  return { url: `nats://127.0.0.1:${port}`, close: () => server.close() };
}

test("a cluster of servers before 2.10 is refused at once: its compare-and-set lets two owners win", async () => {
  const server = await serverThatSays({ version: "2.9.10", cluster: "C1" });
  await assert.rejects(
    openConnection({ url: server.url, name: "test", streams: [], connectTimeoutMs: 5_000 }),
    /nats-server 2\.9\.10 must not be clustered/,
  );
  server.close();
});

test("a connection takes several servers, and goes on to the next when the first is not there", async () => {
  const server = await serverThatSays({ version: "2.9.10", cluster: "C1" });
  await assert.rejects(
    openConnection({
      url: `nats://127.0.0.1:1,${server.url}`,
      name: "test",
      streams: [],
      connectTimeoutMs: 5_000,
    }),
    /must not be clustered/,
  );
  server.close();
});
