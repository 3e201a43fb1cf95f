import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

test("each section that a report points to is one of docs/statistics.md", () => {
  const read = (path: string): string => readFileSync(new URL(path, import.meta.url), "utf8");
  const headings = new Set(
    [...read("../../../docs/statistics.md").matchAll(/^#+ (.+)$/gm)].map(([, heading]) => heading),
  );
  const named = [...read("./method-words.ts").matchAll(/section: "([^"]+)"/g)].map(([, section]) => section);
  assert.ok(named.length > 10);
  assert.deepEqual(
    named.filter((section) => !headings.has(section)),
    [],
  );
});
