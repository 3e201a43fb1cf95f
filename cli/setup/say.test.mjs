import assert from "node:assert/strict";
import { test } from "node:test";
import { explain } from "./say.mjs";

const cases = [
  ["npm error code ENOSPC\nnpm error nospc no space left on device", "the disk is full"],
  ["mkdir: cannot create directory: Permission denied", "no permission to write there"],
  ["npm error code EAI_AGAIN\nnpm error network request failed", "no network"],
  ["Temporary failure resolving 'mirror.test'", "no network"],
];

for (const [output, sentence] of cases) {
  test(`"${output.split("\n")[0]}" is told as "${sentence}"`, () => {
    const { message } = explain("npm ci", output);
    assert.ok(message.startsWith(`npm ci failed: ${sentence}`), message);
    assert.ok(!message.includes("\n"), message);
  });
}

test("a missing program is named", () => {
  const { message } = explain("Unpacking", "spawn tar ENOENT");
  assert.equal(message, "Unpacking failed: tar is missing; install it and try again.");
});

test("an unknown failure shows the end of what the step said", () => {
  const output = Array.from({ length: 50 }, (_, line) => `line ${line}`).join("\n");
  const { message } = explain("Unpacking", output);
  assert.ok(message.includes("line 49") && !message.includes("line 30"), message);
});
