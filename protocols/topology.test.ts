import assert from "node:assert/strict";
import { test } from "node:test";
import type { EnvironmentKey } from "./ids.ts";
import { subjects } from "./topology.ts";

test("refused events of an environment stand apart from the runtime's letters, whatever its key", () => {
  // Words of the runtime's letters are good keys: `dead.effect` would hold both.
  for (const key of ["message", "command", "effect", "gap", "events", "production"])
    assert.equal(subjects.dead(key as EnvironmentKey), `dead.events.${key}`);
  assert.equal(subjects.dead("a.b" as EnvironmentKey), "dead.events.a=2Eb");
});
