import assert from "node:assert/strict";
import { test } from "node:test";
import type { LineageExperiment } from "../../protocols/lineage.ts";
import { Metric } from "../../protocols/metric.ts";
import { differencesBetween, differencesText } from "./diff.ts";

const metric = (members: object = {}): Metric =>
  Metric.parse({ key: "revenue", definition: { type: "sum", event: "buy" }, ...members });
const running: LineageExperiment = {
  key: "checkout",
  flag: "f",
  status: "running",
  metrics: { primary: "other", secondary: ["revenue"], guardrails: [] },
};

test("what says the same in other words is no difference", () => {
  const same = [metric({ unit: "user", window: { type: "lifetime" }, version: 3, direction: "increase" })];
  assert.deepEqual(differencesBetween([metric()], same, []), []);
  assert.equal(differencesText([]), "0 added, 0 changed, 0 removed");
});

const effects: readonly (readonly [members: object, effect: string, path: string])[] = [
  [{ definition: { type: "sum", event: "order" } }, "numbers", "definition.event"],
  [{ definition: { type: "sum", event: "buy", filter: { a: 1 } } }, "numbers", "definition.filter"],
  [{ window: { type: "day" } }, "numbers", "window"],
  [{ unit: "session" }, "numbers", "unit"],
  [{ cap: { value: 5 } }, "numbers", "cap"],
  [{ covariate: { lookbackDays: 7 } }, "numbers", "covariate"],
  [{ direction: "decrease" }, "verdict", "direction"],
  [{ guardrail: { maxRelativeChange: 0.1 } }, "verdict", "guardrail"],
  [{ owner: "shop" }, "words", "owner"],
  [{ description: "x", tags: ["y"] }, "words", "description"],
];
for (const [members, effect, path] of effects)
  test(`a change of ${path} changes ${effect}`, () => {
    const [difference] = differencesBetween([metric()], [metric(members)], [running]);
    assert.equal(difference?.effect, effect);
    assert.equal(difference?.changes[0]?.path, path);
    assert.deepEqual(difference?.liveExperiments, ["checkout"]);
  });

test("the strongest change decides, and old and new stand beside each other", () => {
  const before = metric({ window: { type: "conversion", hours: 72 }, owner: "a" });
  const after = metric({ window: { type: "conversion", hours: 48 }, owner: "b" });
  const removed = Metric.parse({ key: "z", definition: { type: "count", event: "e" } });
  const added = Metric.parse({ key: "a", definition: { type: "count", event: "e" } });
  assert.equal(
    differencesText(differencesBetween([before, removed], [after, added], [running])),
    [
      "+ a",
      "",
      "~ revenue  (results change)",
      '    ~ owner: "a" → "b"',
      "    ~ window.hours: 72 → 48",
      "    live: checkout, which keep the definition they started with",
      "",
      "- z",
      "",
      "1 added, 1 changed, 1 removed",
    ].join("\n"),
  );
});
