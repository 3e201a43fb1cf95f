import assert from "node:assert/strict";
import { test } from "node:test";
import { systemRandom } from "../runtime/index.ts";
import { RequestIds } from "./request-id.ts";

test("no two requests have one name, over several rounds of endings", () => {
  const ids = new RequestIds(systemRandom);
  const made = new Set(Array.from({ length: 5_000 }, () => ids.next()));
  assert.equal(made.size, 5_000);
  for (const id of made) assert.match(id, /^[0-9a-z]+-[0-9a-z]{3,}$/);
});
