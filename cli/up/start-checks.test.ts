import assert from "node:assert/strict";
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { eventually } from "../../runtime/testing/nats.ts";
import { cliConfig } from "../config.ts";
import { dataPaths } from "../paths.ts";
import { checkDataDir, checkPort, findNatsBinary } from "./checks.ts";
import { takeLock } from "./lock.ts";
import { rotateLogs } from "./logs.ts";
import { ensureSecrets } from "./secrets.ts";

describe("before anything is started", () => {
  let dir: string;
  before(() => {
    dir = mkdtempSync(join(tmpdir(), "weir-checks-"));
  });
  after(() => rmSync(dir, { recursive: true, force: true }));

  test("a taken port is named, and 0 finds a free one", async () => {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const address = server.address();
    assert.ok(typeof address === "object" && address !== null);
    await assert.rejects(checkPort("127.0.0.1", address.port), {
      code: "port_taken",
      message: new RegExp(`:${address.port}`),
    });
    await new Promise((resolve) => server.close(resolve));
    assert.equal(await checkPort("127.0.0.1", address.port), address.port);
    assert.ok((await checkPort("127.0.0.1", 0)) > 0);
  });

  test("a host that is not ours is named", async () => {
    await assert.rejects(checkPort("203.0.113.7", 0), { code: "host_unknown" });
  });

  test("a data directory that is a file is refused", () => {
    const file = join(dir, "file");
    writeFileSync(file, "");
    assert.throws(() => checkDataDir(file), { code: "data_dir_not_a_directory" });
    assert.throws(() => checkDataDir(join(file, "below")), { code: "data_dir_not_a_directory" });
  });

  test("a nats-server that cannot be executed is named, and a missing one says what to do", () => {
    const config = cliConfig({ PATH: dir });
    assert.throws(() => findNatsBinary({ ...config, natsServer: join(dir, "none") }), {
      code: "nats_missing",
    });
    const binary = join(dir, "nats-server");
    writeFileSync(binary, "#!/bin/sh\n");
    chmodSync(binary, 0o755);
    assert.equal(findNatsBinary({ ...config, natsServer: binary }), binary);
  });

  test("a directory in use is refused with the process that has it, and free after release", () => {
    const lock = takeLock(dir);
    assert.equal(lock.wasStale, false);
    assert.throws(() => takeLock(dir), { code: "already_running", message: new RegExp(`${process.pid}`) });
    lock.release();
    takeLock(dir).release();
    assert.ok(!existsSync(dataPaths(dir).lock));
  });

  const stale = [
    { name: "of a process that is gone", content: JSON.stringify({ pid: 2 ** 22 - 3 }) },
    {
      name: "of a process whose id another one has now",
      content: JSON.stringify({ pid: process.pid, startTime: "1" }),
    },
    { name: "that is damaged", content: "{" },
  ];
  for (const { name, content } of stale)
    test(`a lock ${name} is taken over`, () => {
      writeFileSync(dataPaths(dir).lock, content);
      const lock = takeLock(dir);
      assert.equal(lock.wasStale, true);
      assert.equal(JSON.parse(readFileSync(dataPaths(dir).lock, "utf8")).pid, process.pid);
      lock.release();
    });

  test("keys and root token are made once, for their owner alone, and the token's text is told to nobody", () => {
    const first = ensureSecrets(dir);
    const { keys, rootToken } = dataPaths(dir);
    const text = readFileSync(rootToken, "utf8").trim();
    assert.match(text, /^weir_r[\w-]{32}$/);
    for (const file of [keys, rootToken]) assert.equal(statSync(file).mode & 0o777, 0o600);
    assert.deepEqual([first.isNew, first.prefix], [true, text.slice(0, 12)]);
    assert.ok(!JSON.stringify(first).includes(text));
    assert.deepEqual(ensureSecrets(dir), { ...first, isNew: false });
  });

  test("a root token file that holds something else is not guessed at", () => {
    const other = mkdtempSync(join(tmpdir(), "weir-checks-"));
    writeFileSync(dataPaths(other).rootToken, "hunter2\n");
    assert.throws(() => ensureSecrets(other), { code: "bad_root_token" });
    rmSync(other, { recursive: true });
  });

  test("a log that grew too large is kept once more and emptied in place", () => {
    rotateLogs(dir);
    const log = dataPaths(dir).log("gateway");
    writeFileSync(log, "x".repeat(100));
    rotateLogs(dir, 100);
    assert.ok(!existsSync(`${log}.1`));
    rotateLogs(dir, 99);
    assert.deepEqual([statSync(log).size, statSync(`${log}.1`).size], [0, 100]);
  });
});

test(
  "a process that was killed and not yet noticed by its parent holds no lock",
  { skip: process.platform !== "linux" && "only Linux tells a zombie from a living process" },
  async () => {
    const { spawn } = await import("node:child_process");
    const dir = mkdtempSync(join(tmpdir(), "weir-zombie-"));
    // What the shell becomes never waits for its child, so the child stays a zombie until that ends.
    const shell = spawn("sh", ["-c", "sleep 0.2 & echo $!; exec sleep 30"], {
      stdio: ["ignore", "pipe", "ignore"],
    });
    try {
      const pid = await new Promise<number>((resolve) =>
        shell.stdout.once("data", (text: Buffer) => resolve(Number(text.toString()))),
      );
      const fieldsNow = (): readonly string[] =>
        readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1]?.split(" ") ?? [];
      await eventually("the child is a zombie", () => fieldsNow()[0] === "Z");
      const fields = fieldsNow();
      writeFileSync(dataPaths(dir).lock, JSON.stringify({ pid, startTime: fields[19] }));
      takeLock(dir).release();
    } finally {
      shell.kill("SIGKILL");
      rmSync(dir, { recursive: true, force: true });
    }
  },
);
