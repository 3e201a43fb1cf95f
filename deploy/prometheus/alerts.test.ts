import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

const read = (path: string): string => readFileSync(new URL(path, import.meta.url), "utf8");

test("every metric of an alert is one that docs/operations.md describes", () => {
  const described = new Set(read("../../docs/operations.md").match(/weir_\w+/g));
  const used = new Set(read("alerts.yaml").match(/weir_\w+/g));
  assert.ok(used.size > 10);
  assert.deepEqual(
    [...used].filter((name) => !described.has(name)),
    [],
  );
});
