import assert from "node:assert/strict";
import { fork, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { createKeys, parseKeys } from "../evaluation/keys.ts";
import {
  directory,
  eventually,
  openTestGateway,
  openTestLog,
  testPlan,
  tokens,
  type TestLog,
} from "./testing/gateway.ts";

let log: TestLog;
const children: ChildProcess[] = [];

before(async () => {
  log = await openTestLog();
  await writeFile(join(log.folder, "keys.json"), JSON.stringify(createKeys()));
});
after(async () => {
  for (const child of children) child.kill("SIGKILL");
  await log?.close();
});

const start = (environment: Record<string, string>): ChildProcess => {
  const child = fork(join(import.meta.dirname, "main.ts"), {
    env: {
      ...process.env,
      PORT: "0",
      NATS_URL: log.nats.url,
      WEIR_DATA_DIR: log.folder,
      LOG_LEVEL: "error",
      ...environment,
    },
    stdio: ["ignore", "pipe", "pipe", "ipc"],
  });
  children.push(child);
  return child;
};

async function portOf(child: ChildProcess): Promise<number> {
  const [message] = (await once(child, "message")) as [{ type: string; port: number }];
  assert.equal(message.type, "ready");
  return message.port;
}

const stderrOf = async (child: ChildProcess): Promise<string> => {
  let text = "";
  child.stderr?.on("data", (chunk: Buffer) => (text += chunk.toString()));
  await once(child, "exit");
  return text;
};

test("a gateway tells its parent where it listens, and a signal ends it with 0", async () => {
  const child = start({});
  const port = await portOf(child);
  assert.equal((await fetch(`http://127.0.0.1:${port}/live`)).status, 200);
  child.kill("SIGTERM");
  const [code] = (await once(child, "exit")) as [number];
  assert.equal(code, 0);
});

test("it ends with its parent", async () => {
  const child = start({});
  await portOf(child);
  child.disconnect();
  const [code] = (await once(child, "exit")) as [number];
  assert.equal(code, 0);
});

test("a taken port is said plainly, and shared only when both want to share", async () => {
  const first = start({});
  const port = await portOf(first);
  const second = start({ PORT: String(port) });
  assert.match(await stderrOf(second), /another program has the port/);
  assert.equal(second.exitCode, 3);
  first.kill("SIGTERM");
  await once(first, "exit");
  const sharing = [
    start({ PORT: String(port), WEIR_SHARE_PORT: "true" }),
    start({ PORT: String(port), WEIR_SHARE_PORT: "true" }),
  ];
  assert.deepEqual(await Promise.all(sharing.map(portOf)), [port, port]);
  for (const child of sharing) child.kill("SIGTERM");
  await Promise.all(sharing.map((child) => once(child, "exit")));
});

test("every mistake in the configuration is told at once", async () => {
  const child = start({ PORT: "many", BODY_BYTES_MAX: "-1" });
  const text = await stderrOf(child);
  assert.match(text, /PORT/);
  assert.match(text, /BODY_BYTES_MAX/);
  assert.equal(child.exitCode, 2);
});

test("without the log a gateway serves what it had, says STALE and not ready, and takes no events for granted", async () => {
  await log.putDirectory(directory());
  await log.putPlan(testPlan());
  const first = await openTestGateway(log);
  await first.linked;
  await eventually(async () => (await first.get("/configs/test")).status === 200);
  await first.close();
  const away = { ...log, nats: { url: "nats://127.0.0.1:1" } };
  const alone = await openTestGateway(away);
  const body = { envKey: "test", flagKey: "plain", context: { targetingKey: "a" } };
  const { status, json } = await alone.post("/evaluate", body, { token: tokens.server });
  assert.equal(status, 200);
  assert.equal(json["reason"], "STALE");
  assert.equal((await alone.get("/ready", { token: "" })).status, 503);
  assert.equal((await alone.get("/v1/flags?env=test")).json["code"], "unavailable");
  await alone.close();
  const back = await openTestGateway(log);
  await back.linked;
  await eventually(async () => (await back.post("/evaluate", body)).json["reason"] === "STATIC");
  await back.close();
  const otherKeys = { ...away, keys: parseKeys(JSON.stringify(createKeys())) };
  const foreign = await openTestGateway(otherKeys);
  assert.equal(
    (await foreign.post("/evaluate", body)).json["code"],
    "nothing_published",
    "a plan on disk is verified, too",
  );
  await foreign.close();
});

test("what was being asked when a gateway closes is still answered", async () => {
  const gateway = await openTestGateway(log);
  await gateway.linked;
  await eventually(async () => (await gateway.get("/configs/test")).status === 200);
  const events = Array.from({ length: 200 }, (_, index) => ({ name: "order", userId: `u-${index}` }));
  const asked = Array.from({ length: 10 }, () =>
    gateway.post("/v1/events/outcome", events, { token: tokens.server }),
  );
  await Promise.race(asked.slice(0, 1)); // the others are on their way, or here
  await gateway.close();
  for (const outcome of await Promise.allSettled(asked))
    if (outcome.status === "fulfilled") assert.equal(outcome.value.json["accepted"], 200);
  assert.ok((await Promise.allSettled(asked)).some(({ status }) => status === "fulfilled"));
});
