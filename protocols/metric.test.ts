import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { expandFilter } from "./metric-filter.ts";
import type { Json } from "./json.ts";
import { Metric } from "./metric.ts";
import { summaryKind } from "./metric-shape.ts";

const metric = (members: object) => Metric.safeParse({ key: "m", ...members });
const binary = (filter: unknown) => metric({ definition: { type: "binary", event: "buy", filter } });
const messageOf = (parsed: ReturnType<typeof metric>): string =>
  parsed.success
    ? ""
    : parsed.error.issues.map(({ path, message }) => `${path.join(".")}: ${message}`).join("; ");

describe("a filter", () => {
  const cases: readonly (readonly [Json, Json])[] = [
    [{ position: "<=5" }, { attribute: "position", op: "lte", value: 5 }],
    [{ a: "< -2.5e3" }, { attribute: "a", op: "lt", value: -2_500 }],
    [{ a: "!=gold" }, { attribute: "a", op: "neq", value: "gold" }],
    [{ a: "!=3" }, { attribute: "a", op: "neq", value: 3 }],
    [{ country: ["CH", "AT"] }, { attribute: "country", op: "in", value: ["CH", "AT"] }],
    [{ a: true }, { attribute: "a", op: "eq", value: true }],
    [{ a: null }, { attribute: "a", op: "exists", value: false }],
    [
      { kind: "gold", price: { gte: 3, lt: 10 } },
      {
        all: [
          { attribute: "kind", op: "eq", value: "gold" },
          { attribute: "price", op: "gte", value: 3 },
          { attribute: "price", op: "lt", value: 10 },
        ],
      },
    ],
    [
      { any: [{ a: 1 }, { not: { b: 2 } }] },
      {
        any: [{ attribute: "a", op: "eq", value: 1 }, { not: { attribute: "b", op: "eq", value: 2 } }],
      },
    ],
    [{ any: ["x"] }, { attribute: "any", op: "in", value: ["x"] }],
    [{ tags: { has_any: ["a", 1] } }, { attribute: "tags", op: "has_any", value: ["a", 1] }],
    [{ app: { semver_range: "^2" } }, { attribute: "app", op: "semver_range", value: "^2" }],
    [{ op: "push" }, { attribute: "op", op: "eq", value: "push" }],
    [{ all: [] }, { all: [] }],
  ];
  for (const [written, expanded] of cases)
    test(`${JSON.stringify(written)} is written out, and stays as it is then`, () => {
      assert.deepEqual(expandFilter(written), { ok: true, condition: expanded });
      assert.deepEqual(expandFilter(expanded), { ok: true, condition: expanded });
      const parsed = binary(written);
      assert.ok(parsed.success);
      assert.deepEqual(Metric.parse(parsed.data), parsed.data);
    });

  const refused: readonly (readonly [unknown, RegExp])[] = [
    [{ a: "<five" }, /filter\.a: needs a number after </],
    [{ a: { text_lt: "b" } }, /text_lt is not for metrics, as ClickHouse would not.*there are eq, neq/],
    [{ a: { in_segment: "vips" } }, /in_segment is not for metrics, as it looks at the unit or the plan/],
    [{ a: { bucket: {} } }, /bucket is not for metrics, as it looks at the unit or the plan/],
    [{ a: { has_any: [] } }, /has_any needs a list/],
    [{ a: { has_all: [["x"]] } }, /has_all needs a list/],
    [{ a: { matches: "(" } }, /matches not an RE2 pattern/],
    [{ a: { matches: "\\p{L}" } }, /matches has a notation that ClickHouse may read otherwise, at/],
    [{ a: { matches: "\ufffd" } }, /matches needs a pattern/],
    [{ a: { semver_gt: "1.0" } }, /semver_gt needs a version/],
    [{ a: { semver_gt: "1.0.0-9007199254740991" } }, /semver_gt needs a version/],
    [{ a: { semver_range: "latest!" } }, /semver_range needs a range/],
    [{ a: { semver_range: Array.from({ length: 21 }, () => "1.2.3").join("||") } }, /at most 20 comparisons/],
    [{ a: { before: "2020-02-30T00:00:00Z" } }, /before needs an RFC 3339/],
    [{ a: { after: "2020-01-01" } }, /after needs an RFC 3339/],
    [{ a: { in_cidr: "10.0.0.0" } }, /in_cidr needs a network/],
    [{ a: { in_cidr: [] } }, /in_cidr needs a network/],
    [{ a: { greater: 1 } }, /greater is no operator/],
    [{ attribute: "a", op: "between", value: [3, 1] }, /between needs \[low, high\]/],
    [{ attribute: "a", op: "in", value: [] }, /in needs a list/],
    [{ attribute: "a", op: "lt", value: "3" }, /lt needs a number/],
    [{ attribute: "a", op: "eq", value: "\ud800" }, /eq needs a text/],
    [{ op: "eq", value: 1 }, /needs the name of a property/],
    [{}, /needs at least one property/],
    [{ all: Array.from({ length: 101 }, () => ({ a: 1 })) }, /more than 100 comparisons/],
    [
      { all: Array.from({ length: 21 }, () => ({ a: { semver_gt: "1.0.0" } })) },
      /more than 20 comparisons of versions/,
    ],
  ];
  for (const [filter, message] of refused)
    test(`${JSON.stringify(filter).slice(0, 60)} is refused with a reason`, () => {
      assert.match(messageOf(binary(filter)), message);
    });
});

describe("a metric", () => {
  const buy = { event: "buy" };
  const refused: readonly (readonly [object, RegExp])[] = [
    [
      { unit: "session", definition: { type: "funnel", steps: [buy, buy] } },
      /^unit: a funnel is of the whole unit/,
    ],
    [{ unit: "event", definition: { type: "sum", ...buy } }, /^unit: a sum of single events/],
    [{ cap: { value: 3 }, definition: { type: "binary", ...buy } }, /^cap: a binary has no amounts/],
    [
      { covariate: { lookbackDays: 7 }, definition: { type: "time_to", ...buy } },
      /^covariate: a time_to has no value/,
    ],
    [
      { window: { type: "day" }, definition: { type: "retention", ...buy, fromDay: 1, toDay: 2 } },
      /^window: fromDay and toDay/,
    ],
    [{ definition: { type: "retention", ...buy, fromDay: 2, toDay: 2 } }, /toDay: must be more than fromDay/],
    [{ definition: { type: "percentile", ...buy, percentile: 100 } }, /percentile/],
    [{ definition: { type: "funnel", steps: [buy] } }, /steps/],
    [
      { definition: { type: "ratio", numerator: { ...buy, value: "price" }, denominator: buy } },
      /numerator\.value: is read by aggregate sum only/,
    ],
    [{ definition: { type: "binary", ...buy, value: "price" } }, /value/],
  ];
  for (const [members, message] of refused)
    test(`${JSON.stringify(members)} is refused with a reason`, () => {
      assert.match(messageOf(metric(members)), message);
    });

  test("of the documentation, with all its members, is one", () => {
    const parsed = metric({
      unit: "session",
      tier: "primary",
      definition: {
        type: "ratio",
        numerator: { event: "click", filter: { position: "<=5" } },
        denominator: { event: "impression" },
      },
      window: { type: "conversion", hours: 72 },
      cap: { percentile: 99.9 },
      covariate: { lookbackDays: 14, metrics: ["other"] },
      guardrail: { maxRelativeChange: 0.02, action: "pause" },
      owner: "search",
      description: "Clicks among the first five",
      tags: ["search"],
      version: 3,
    });
    assert.equal(messageOf(parsed), "");
  });

  test("by session or event leaves a ratio, unless the experiment itself is by that unit", () => {
    const parsed = Metric.parse({ key: "m", unit: "session", definition: { type: "sum", event: "buy" } });
    assert.equal(summaryKind(parsed, "user"), "ratio");
    assert.equal(summaryKind(parsed, "session"), "mean");
  });
});
