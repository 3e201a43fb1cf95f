import assert from "node:assert/strict";
import { test } from "node:test";
import { VersionWatch } from "./version-watch.ts";

test("a version counts from its first answer, also when the one before is a part of its number", () => {
  const watch = new VersionWatch();
  let now = 0;
  const see = (text: string): void => watch.see(text, () => ++now);
  see('{"variation":"on"}');
  for (const version of [1, 1, 10, 10, 1, 11]) see(`{"configVersion":${version},"decisionId":"x"}`);
  see('{"configVersion":12}');
  assert.deepEqual(watch.firstSeen, [
    [1, 1],
    [10, 2],
    [11, 3],
    [12, 4],
  ]);
});
