import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { stage } from "./staging.mjs";

function scratch(context) {
  const directory = mkdtempSync(join(tmpdir(), "weir-staging-"));
  context.after(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
}

test("a finished installation replaces the former one whole, and every user may read it", async (context) => {
  const parent = scratch(context);
  const destination = join(parent, "tool");
  mkdirSync(destination);
  writeFileSync(join(destination, "old"), "");
  await stage(destination, (directory) => writeFileSync(join(directory, "new"), "1"));
  assert.deepEqual(readdirSync(destination), ["new"]);
  assert.deepEqual(readdirSync(parent), ["tool"]);
  assert.equal(statSync(destination).mode & 0o777, 0o755);
});

test("a failed installation leaves the former one and nothing else", async (context) => {
  const parent = scratch(context);
  const destination = join(parent, "tool");
  mkdirSync(destination);
  writeFileSync(join(destination, "old"), "kept");
  const failing = stage(destination, (directory) => {
    writeFileSync(join(directory, "half"), "");
    throw new Error("disk full");
  });
  await assert.rejects(failing, /disk full/);
  assert.deepEqual(readdirSync(parent), ["tool"]);
  assert.equal(readFileSync(join(destination, "old"), "utf8"), "kept");
});

test("what a killed run left is cleared away by the next", async (context) => {
  const parent = scratch(context);
  mkdirSync(join(parent, ".tool-abc123"));
  await stage(join(parent, "tool"), (directory) => {
    mkdirSync(join(directory, "ready"));
    return join(directory, "ready");
  });
  assert.deepEqual(readdirSync(parent), ["tool"]);
});
