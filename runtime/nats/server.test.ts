import assert from "node:assert/strict";
import { test } from "node:test";
import { startNats } from "../testing/nats.ts";
import { atLeast, findNatsServer, startNatsServer } from "./server.ts";

test("a server keeps its port over a kill and a restart, and tells when it ends", async () => {
  const server = await startNats({ syncAlways: true });
  const { port, pid } = server;
  assert.equal((await fetch(`${server.monitoringUrl}/healthz`)).status, 200);
  const { exited } = server;
  await server.kill9();
  assert.equal((await exited).signal, "SIGKILL");
  await server.restart();
  assert.equal(server.port, port);
  assert.notEqual(server.pid, pid);
  const stopped = server.exited;
  await server.stop();
  assert.deepEqual(await stopped, { code: 0, signal: null });
  await server.stop();
  await server.dispose();
});

test("a server that cannot start says where its log is", async () => {
  const first = await startNats();
  await assert.rejects(startNats({ port: first.port, readyTimeoutMs: 5_000 }), /its log is/);
  await first.dispose();
});

test("a named binary comes first, and a missing one is an error in words", async () => {
  assert.equal(findNatsServer({ WEIR_NATS_SERVER: process.execPath }), process.execPath);
  await assert.rejects(
    startNatsServer({ dataDir: "/nonexistent/weir", binary: "/nonexistent/nats-server" }),
    /ENOENT/,
  );
});

test("versions compare by number", () => {
  assert.equal(atLeast("2.9.10", 2, 10), false);
  assert.equal(atLeast("2.10.27", 2, 10), true);
  assert.equal(atLeast("3.0.0", 2, 10), true);
});
