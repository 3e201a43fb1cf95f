import assert from "node:assert/strict";
import { test } from "node:test";
import { EventId, Key } from "../../protocols/ids.ts";
import { ExposureInput, OutcomeInput } from "../../protocols/event.ts";
import { type EventRules, eventsOf } from "./events.ts";
import { parseMetricOption, type ReplayMetric } from "./metric-option.ts";
import type { Measurement, ReplayRow } from "./row.ts";
import { slug, uniqueSlugs } from "./slug.ts";
import { equalWeights, parseWeights } from "./weights.ts";

const rules: EventRules = {
  experiment: "campaign",
  variantKeys: new Map([["Mens E-Mail", "mens-e-mail"]]),
  baseTs: 1_000,
};
const metric = (key: string, type: "binary" | "sum" | "mean" | "count"): ReplayMetric => ({
  key,
  name: key,
  type,
  column: 0,
});
const row = (...measurements: Measurement[]): ReplayRow => ({
  number: 7,
  unit: "u",
  variant: "Mens E-Mail",
  measurements,
});

test("a row is an exposure, with its variant's key, at the base plus its number", () => {
  const { exposure, outcomes } = eventsOf(row(), rules);
  assert.deepEqual(exposure, {
    id: "campaign:7:x",
    ts: 1_007,
    unit: "u",
    experiment: "campaign",
    variant: "mens-e-mail",
  });
  assert.deepEqual(outcomes, []);
});

test("a row's own time is the time of all its events", () => {
  const { exposure, outcomes } = eventsOf(
    { ...row({ metric: metric("s", "sum"), value: 2 }), ts: 55 },
    rules,
  );
  assert.deepEqual([exposure.ts, ...outcomes.map(({ ts }) => ts)], [55, 55]);
});

const cases: readonly {
  name: string;
  measurement: Measurement;
  expect: readonly (readonly [string, string, number | undefined])[];
}[] = [
  { name: "a binary 0 is no event", measurement: { metric: metric("b", "binary"), times: 0 }, expect: [] },
  {
    name: "a binary 1 is one event",
    measurement: { metric: metric("b", "binary"), times: 1 },
    expect: [["campaign:7:b", "b", undefined]],
  },
  {
    name: "a count of two is two events with ids of their own",
    measurement: { metric: metric("c", "count"), times: 2 },
    expect: [
      ["campaign:7:c:0", "c", undefined],
      ["campaign:7:c:1", "c", undefined],
    ],
  },
  {
    name: "a sum of 0 is still an event",
    measurement: { metric: metric("s", "sum"), value: 0 },
    expect: [["campaign:7:s", "s", 0]],
  },
  {
    name: "a mean carries its value",
    measurement: { metric: metric("m", "mean"), value: -1.5 },
    expect: [["campaign:7:m", "m", -1.5]],
  },
  {
    name: "a ratio is an event for each side",
    measurement: {
      metric: { key: "r", name: "r", type: "ratio", numerator: 0, denominator: 1 },
      numerator: 3,
      denominator: 2,
    },
    expect: [
      ["campaign:7:r:n", "r.numerator", 3],
      ["campaign:7:r:d", "r.denominator", 2],
    ],
  },
];
for (const { name, measurement, expect } of cases)
  test(name, () => {
    const { outcomes } = eventsOf(row(measurement), rules);
    assert.deepEqual(
      outcomes.map((event) => [event.id, event.name, event.value]),
      expect,
    );
  });

test("events are what the HTTP contract takes", () => {
  const { exposure, outcomes } = eventsOf(
    row({ metric: metric("s", "sum"), value: 0 }, { metric: metric("c", "count"), times: 3 }),
    rules,
  );
  ExposureInput.parse(exposure);
  for (const outcome of outcomes) OutcomeInput.parse(outcome);
});

test("ids of the longest names keep below the bound of an event id", () => {
  const long = "x".repeat(200);
  const longest = { metric: metric(slug(long, "m"), "count"), times: 1_000 };
  const { outcomes } = eventsOf(
    { ...row(longest), number: 999_999_999 },
    { ...rules, experiment: slug(long, "e") },
  );
  assert.ok(outcomes.every(({ id }) => EventId.safeParse(id).success));
});

test("names become keys, each its own, and an unspeakable one gets a stand-in", () => {
  const keys = uniqueSlugs(["Mens E-Mail", "mens e-mail", "Größe", "対照", "No E-Mail"], "variant");
  assert.deepEqual([...keys.values()], ["mens-e-mail", "mens-e-mail-2", "gro-e", "variant", "no-e-mail"]);
  for (const key of keys.values()) Key.parse(key);
});

test("equal weights add up to the whole, the rest going to the first", () => {
  assert.deepEqual(
    [...equalWeights(["a", "b", "c"])],
    [
      ["a", 3_334],
      ["b", 3_333],
      ["c", 3_333],
    ],
  );
});

test("weights are read by the names of the file, which may hold =", () => {
  assert.deepEqual(
    [...parseWeights("a=b=9000, c=1000")],
    [
      ["a=b", 9_000],
      ["c", 1_000],
    ],
  );
});

for (const text of ["a", "a=1", "a=5000,a=5000", "a=x,b=5000", "a=2.5,b=9997.5", "=10000"])
  test(`--weights ${text} is refused`, () =>
    assert.throws(() => parseWeights(text), { code: "usage", exitCode: 2 }));

test("a metric option is name, type and column, and the column may hold = and :", () => {
  assert.deepEqual(parseMetricOption("Spend:sum=a=b:c"), {
    key: "spend",
    name: "Spend",
    type: "sum",
    column: "a=b:c",
  });
});

for (const text of ["spend", "spend=sum", "spend:total=x", ":sum=x", "spend:sum="])
  test(`--metric ${text} is refused`, () => assert.throws(() => parseMetricOption(text), { code: "usage" }));
