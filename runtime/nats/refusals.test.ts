import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { test } from "node:test";
import type { Connection, HostStore } from "../ports/connection.ts";
import { startNats } from "../testing/nats.ts";
import { openConnection } from "./connection.ts";
import { sealStream } from "./faults.ts";
import { findNatsServer } from "./server.ts";

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const streams = [
  { name: "CONTROL", subjects: ["log.>"] },
  { name: "SMALL", subjects: ["small.>"], maxBytes: 2_000 },
];

test("a full stream, a sealed one and a message beyond the limit are refusals by name, certainly not stored", async () => {
  const server = await startNats();
  const connection = await openConnection({ url: server.url, name: "refused", streams });
  const small = storeOf(connection).journal("SMALL");
  const sequences: number[] = [0];
  for (;;) {
    const outcome = await small.append("small.a", new Uint8Array(700), sequences.at(-1) ?? 0);
    if (outcome.kind !== "stored") {
      assert.deepEqual(outcome, { kind: "full" });
      break;
    }
    sequences.push(outcome.sequence);
  }
  assert.equal((await small.tail("small.a"))?.sequence, sequences.at(-1));

  const journal = storeOf(connection).journal("CONTROL");
  const large = await journal.append("log.a.b", new Uint8Array(16 * 1024 * 1024), 0);
  assert.equal(large.kind === "refused" && large.reason.startsWith("10054 "), true);
  assert.deepEqual(await journal.append("log.a.b", bytes("1"), 0), { kind: "stored", sequence: 1 });
  await sealStream(server.url, "CONTROL");
  const sealed = await journal.append("log.a.b", bytes("2"), 1);
  assert.equal(sealed.kind === "refused" && sealed.reason.startsWith("10109 "), true, JSON.stringify(sealed));
  assert.deepEqual(await journal.tail("log.a.b"), { sequence: 1, data: bytes("1") });
  await connection.drain();
  await server.dispose();
});

test("a publish that the server does not permit is a refusal, at once", async () => {
  const server = await startWithPermissions(`publish: { deny: ["log.secret.>"] }`);
  const connection = await openConnection({ url: server.url, name: "curbed", streams });
  const journal = storeOf(connection).journal("CONTROL");
  const [refused, stored] = await Promise.all([
    journal.append("log.secret.a", bytes("1"), 0),
    journal.append("log.open.a", bytes("1"), 0),
  ]);
  assert.deepEqual(refused, { kind: "refused", reason: "1 not permitted to publish to log.secret.a" });
  assert.equal(stored.kind, "stored");
  assert.equal(await journal.tail("log.secret.a"), undefined);
  await connection.drain();
  await server.dispose();
});

function storeOf({ store }: Connection): HostStore {
  assert.ok(store);
  return store;
}

async function startWithPermissions(permissions: string) {
  const directory = await mkdtemp(join(tmpdir(), "weir-nats-"));
  const file = join(directory, "nats.conf");
  const store = JSON.stringify(join(directory, "js"));
  await writeFile(
    file,
    `listen: "127.0.0.1:-1"\njetstream { store_dir: ${store} }\n` +
      `authorization { users: [ { user: u, password: p, permissions: { ${permissions} } } ] }\nno_auth_user: u\n`,
  );
  const child = spawn(findNatsServer() ?? "", ["-c", file], { stdio: ["ignore", "ignore", "pipe"] });
  let port = "";
  for await (const line of createInterface({ input: child.stderr })) {
    port = /client connections on 127\.0\.0\.1:(\d+)/.exec(line)?.[1] ?? port;
    if (line.includes("Server is ready")) break;
  }
  child.stderr.resume();
  return {
    url: `nats://127.0.0.1:${port}`,
    dispose: async () => {
      const exited = once(child, "exit");
      child.kill("SIGINT");
      await exited;
      await rm(directory, { recursive: true, force: true });
    },
  };
}
