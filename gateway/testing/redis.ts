import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { freePorts, systemClock } from "../../runtime/index.ts";

export interface TestRedis {
  readonly url: string;
  stop(): Promise<void>;
}

/** A Redis of the test's own, on a free port, keeping nothing. */
export async function startRedis(): Promise<TestRedis> {
  const binary = process.env["WEIR_REDIS_SERVER"] ?? "redis-server";
  const folder = await mkdtemp(join(tmpdir(), "weir-redis-"));
  const port = await freePorts();
  const options = ["--port", String(port), "--bind", "127.0.0.1", "--save", "", "--dir", folder];
  const child = spawn(binary, options, { stdio: "ignore" });
  const failed = new Promise<never>((_, reject) =>
    child.once("error", (error) =>
      reject(new Error(`${binary} cannot be started: install redis-server (${error.message})`)),
    ),
  );
  const stop = async (): Promise<void> => {
    if (child.exitCode === null && child.signalCode === null) {
      child.kill("SIGKILL");
      await once(child, "exit");
    }
    await rm(folder, { recursive: true, force: true });
  };
  await Promise.race([failed, answers(port)]);
  return { url: `redis://127.0.0.1:${port}`, stop };
}

async function answers(port: number): Promise<void> {
  const { connect } = await import("node:net");
  const deadline = systemClock.monotonicMs() + 30_000;
  while (systemClock.monotonicMs() < deadline) {
    const socket = connect(port, "127.0.0.1");
    const opened = await Promise.race([
      once(socket, "connect").then(() => true),
      once(socket, "error").then(() => false),
    ]).catch(() => false);
    socket.destroy();
    if (opened) return;
    await systemClock.sleep(20);
  }
  throw new Error(`no Redis answers on port ${port}`);
}
