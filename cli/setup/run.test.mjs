import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { test } from "node:test";
import { capture, foreground, which } from "./run.mjs";

const node = process.execPath;

test("a quiet step answers whether it succeeded and all it said", async () => {
  const script = 'console.log("out"); console.error("err"); process.exit(3)';
  const { ok, output } = await capture(node, ["--eval", script]);
  assert.equal(ok, false);
  assert.ok(output.includes("out") && output.includes("err"));
});

test("a program that does not exist is a failed step, not a crash", async () => {
  const { ok, output } = await capture("/nowhere/weir-tool", []);
  assert.equal(ok, false);
  assert.match(output, /ENOENT/);
});

test("the command's exit code is ours, and a signal's is 128 and its number", async () => {
  assert.equal(await foreground(node, ["--eval", "process.exit(7)"]), 7);
  assert.equal(await foreground(node, ["--eval", 'process.kill(process.pid, "SIGKILL")']), 137);
});

test("SIGTERM reaches the command, and its own way of ending is reported", async () => {
  const command =
    'process.on("SIGTERM", () => process.exit(42)); setInterval(() => {}, 1000); console.log("ready")';
  const script = `import { foreground, forwardSignals } from ${JSON.stringify(new URL("./run.mjs", import.meta.url).href)};
    forwardSignals(() => {});
    process.exit(await foreground(process.execPath, ["--eval", ${JSON.stringify(command)}]));`;
  const parent = spawn(node, ["--input-type=module", "--eval", script], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  await once(parent.stdout, "data");
  parent.kill("SIGTERM");
  const [code] = await once(parent, "exit");
  assert.equal(code, 42);
});

test("a program is found by the first of its names that is installed", () => {
  assert.match(which("no-such-program-of-weir", "sh") ?? "", /\/sh$/);
  assert.equal(which("no-such-program-of-weir"), undefined);
});
