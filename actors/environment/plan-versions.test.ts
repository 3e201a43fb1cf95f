import assert from "node:assert/strict";
import { test } from "node:test";
import { day, drafted, experiment, left, move, start } from "./testing/environment.ts";

const publish = { type: "publish", experiment: "checkout" };
const plansOf = (state: ReturnType<typeof left>) => state.published.lifecycles["checkout"]?.plans ?? [];
const strict = { analysis: { alpha: 0.01 } };

test("a start registers the analysis plan, with who and when", () => {
  const [first, ...others] = plansOf(left([...drafted, move("start")]));
  assert.equal(others.length, 0);
  assert.deepEqual(
    { version: first?.version, phase: first?.phase, at: first?.at, alpha: first?.analysis.alpha },
    { version: 1, phase: 1, at: start, alpha: 0.05 },
  );
});

test("a change while it is live is another version; what changes nothing is none", () => {
  const running = left([...drafted, move("start")]);
  const renamed = left([experiment({ name: "Other" }), publish], running, start + day);
  assert.equal(plansOf(renamed).length, 1);
  const changed = left([experiment(strict), publish], renamed, start + 2 * day);
  assert.deepEqual(
    plansOf(changed).map(({ version, at, analysis }) => [version, at, analysis.alpha]),
    [
      [1, start, 0.05],
      [2, start + 2 * day, 0.01],
    ],
  );
});

test("no rollback, new phase or stop takes a version away", () => {
  const changed = left([...drafted, move("start"), experiment(strict), publish]);
  const back = left([{ type: "rollback", version: 1 }], changed);
  assert.deepEqual(
    plansOf(back)
      .slice(0, 2)
      .map(({ analysis }) => analysis.alpha),
    [0.05, 0.01],
  );
  const again = left([{ type: "new_phase", experiment: "checkout" }, move("stop")], changed);
  assert.deepEqual(
    plansOf(again).map(({ version, phase }) => [version, phase]),
    [
      [1, 1],
      [2, 1],
      [3, 2],
    ],
  );
});
