import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { exclusively } from "./lock.mjs";

function lockFile(context) {
  const directory = mkdtempSync(join(tmpdir(), "weir-lock-"));
  context.after(() => rmSync(directory, { recursive: true, force: true }));
  return join(directory, "tools", "setup.lock");
}

test("two set-ups of one folder run one after the other", async (context) => {
  const file = lockFile(context);
  const seen = [];
  const work = (name) => () => {
    seen.push(`${name} begins`);
    return new Promise((resolve) => setTimeout(resolve, 20)).then(() => seen.push(`${name} ends`));
  };
  await Promise.all([exclusively(file, work("first")), exclusively(file, work("second"))]);
  assert.deepEqual(seen, ["first begins", "first ends", "second begins", "second ends"]);
  assert.ok(!existsSync(file));
});

test("the lock of a process that is gone is taken over", async (context) => {
  const file = lockFile(context);
  await exclusively(file, async () => {});
  const gone = spawnSync(process.execPath, ["--eval", ""]).pid;
  writeFileSync(file, String(gone));
  assert.equal(await exclusively(file, async () => "done"), "done");
});

test("a failure releases the lock", async (context) => {
  const file = lockFile(context);
  await assert.rejects(
    exclusively(file, async () => Promise.reject(new Error("no"))),
    /no/,
  );
  assert.ok(!existsSync(file));
});
