import { fc } from "../../protocols/testing/properties.ts";
import { operators, type Condition, type Operator } from "../../protocols/condition.ts";
import type { EvaluationContext } from "../../protocols/decision.ts";
import type { Json } from "../../protocols/json.ts";
import type { Plan } from "../../protocols/plan.ts";
import { unit } from "../testing.ts";

// Plans and contexts for properties: every form there is, over few keys and values, so that things meet. Plans are made
// without compile(), so they also hold what it would refuse: unknown references, circles, weights that do not add up.

const few = 40;
const unitIds = Array.from({ length: few }, (_, index) => unit(index));
const unitId = fc.constantFrom(...unitIds);

/** A constant that compile() accepts, for each operator. */
export const constants: Readonly<Record<Operator, Json>> = {
  eq: "a",
  neq: 1,
  in: ["a", 1, true],
  not_in: ["a", "b"],
  lt: 5,
  lte: 5,
  gt: 5,
  gte: 5,
  between: [1, 9],
  contains: "a",
  not_contains: "a",
  starts_with: "a",
  ends_with: "a",
  matches: "^a+$",
  exists: true,
  semver_eq: "1.2.3",
  semver_lt: "1.2.3",
  semver_lte: "1.2.3-rc.1",
  semver_gt: "1.2.3",
  semver_gte: "1.2.3",
  semver_range: "^1.2.0",
  before: "2026-01-01T00:00:00Z",
  after: 5,
  in_cidr: ["10.0.0.0/8", "::/0"],
  in_segment: "s",
  has_any: ["a", 1],
  has_all: ["a", 1],
  bucket: { salt: "named", from: 0, to: 5_000 },
  coerced_eq: 5,
  coerced_lt: 5,
  coerced_lte: 5,
  coerced_gt: 5,
  coerced_gte: 5,
  text_in: ["a", "1"],
  text_lt: "b",
  text_lte: "b",
  text_gt: "b",
  text_gte: "b",
  truthy: true,
  in_ignore_case: ["A"],
  contains_ignore_case: "A",
  starts_with_ignore_case: "A",
  ends_with_ignore_case: "A",
  has_any_ignore_case: ["A"],
  has_all_ignore_case: ["A"],
  type_is: "string",
  length_between: [1, 9],
  json_eq: ["a"],
  semver_lenient_eq: "v1",
  semver_lenient_lt: "v1",
  semver_lenient_lte: "v1",
  semver_lenient_gt: "v1",
  semver_lenient_gte: "v1",
  version_padded_eq: "v1",
  version_padded_lt: "v1",
  version_padded_lte: "v1",
  version_padded_gt: "v1",
  version_padded_gte: "v1",
  some: { attribute: "value", op: "eq", value: "a" },
  in_hash_range: {
    recipe: { profile: "growthbook", version: 2, seed: "s" },
    ranges: [{ from: 0, to: 0.5 }],
  },
  now_before: 5,
  now_after: 5,
};

const withoutAttribute: readonly Operator[] = [
  "in_segment",
  "bucket",
  "in_hash_range",
  "now_before",
  "now_after",
];
const attribute = fc.constantFrom("x", "y", "x.y", "constructor");
const segmentKey = fc.constantFrom("s", "t", "gone");

const comparison: fc.Arbitrary<Condition> = fc
  .record({ op: fc.constantFrom(...operators), attribute, negate: fc.boolean(), segment: segmentKey })
  .map(({ op, attribute: name, negate, segment }): Condition => ({
    ...(withoutAttribute.includes(op) ? {} : { attribute: name }),
    op,
    value: op === "in_segment" ? segment : constants[op],
    ...(negate ? { negate } : {}),
  }));
/** Two that hold often, so that rules below them are not all alike, and one of a newer version. */
const usual: fc.Arbitrary<Condition> = fc.constantFrom<Condition>(
  { all: [] },
  { attribute: "x", op: "exists" },
  { attribute: "x", op: "sounds_like" as Operator, value: "a" },
);
export const condition: fc.Arbitrary<Condition> = fc.letrec<{ condition: Condition }>((tie) => ({
  condition: fc.oneof(
    { maxDepth: 3, depthSize: "small" },
    { arbitrary: comparison, weight: 4 },
    { arbitrary: usual, weight: 3 },
    { arbitrary: fc.array(tie("condition"), { maxLength: 3 }).map((all) => ({ all })), weight: 1 },
    { arbitrary: fc.array(tie("condition"), { maxLength: 3 }).map((any) => ({ any })), weight: 1 },
    { arbitrary: tie("condition").map((not) => ({ not })), weight: 1 },
  ),
})).condition;

const variation = fc.constantFrom("on", "off", "on", "off", "gone");
const share = fc.constantFrom(0, 1, 2_500, 5_000, 9_999, 10_000);
const time = fc.constantFrom(0, 10, 20, 30);
const recipe = fc.constantFrom(
  { profile: "growthbook", version: 2, seed: "s" },
  { profile: "eppo", salt: "s", shards: 10, attribute: "x" },
  { profile: "unheard" },
);
const range = fc.constantFrom(undefined, { from: 0, to: 0.3 }, { from: 0.3, to: 0.6 }, { from: 0.6, to: 2 });
const weighted = <Members extends object>(members: fc.Arbitrary<Members>) =>
  fc
    .array(fc.tuple(members, share, range), { minLength: 1, maxLength: 3 })
    .map((parts) =>
      parts.map(([each, weight, at]) => ({ ...each, weight, ...(at === undefined ? {} : { range: at }) })),
    );

const experimentKeys = ["e", "f", "g", "h"];
const flagKeys = ["a", "b", "c", "constructor"];

const assignment = fc.record(
  { experiment: fc.constantFrom(...experimentKeys, "gone"), otherwise: variation },
  { requiredKeys: ["experiment"] },
);
const serve: fc.Arbitrary<object> = fc.oneof<fc.Arbitrary<object>[]>(
  assignment,
  assignment,
  assignment,
  fc.record({ variation }),
  fc.record({ split: weighted(fc.record({ variation })), hash: recipe }, { requiredKeys: ["split"] }),
  fc.record({
    rollout: fc.record(
      {
        variation,
        otherwise: variation,
        ramp: fc.constantFrom("step", "linear", "spiral"),
        steps: fc
          .array(fc.record({ at: time, share }), { minLength: 1, maxLength: 4 })
          .map((steps) => steps.sort((first, second) => first.at - second.at)),
        hash: recipe,
      },
      { requiredKeys: ["variation", "steps"] },
    ),
  }),
  fc.record({ shadow: fc.record({ variation, candidate: variation }) }),
  fc.constant({ mirror: [] }),
);

const flag = fc.record({
  type: fc.constant("boolean"),
  variations: fc.constant([
    { key: "on", value: true, model: { name: "m", version: "2" } },
    { key: "off", value: false },
  ]),
  offVariation: fc.constant("off"),
  fallthrough: serve,
  rules: fc
    .array(fc.record({ when: condition, serve }), { maxLength: 4 })
    .map((rules) => rules.map((rule, index) => ({ id: `r${index}`, ...rule }))),
  prerequisites: fc.oneof(
    { weight: 4, arbitrary: fc.constant([]) },
    {
      weight: 1,
      arbitrary: fc.array(
        fc.record({
          flag: fc.constantFrom(...flagKeys, "gone"),
          variations: fc.array(variation, { minLength: 1, maxLength: 2 }),
        }),
        { maxLength: 2 },
      ),
    },
  ),
  enabled: fc.constant(true),
  killed: fc.nat(15).map((die) => die === 7),
  status: fc.nat(15).map((die) => (die === 7 ? "archived" : "active")),
});

const slots = fc.constantFrom(
  [{ from: 0, to: 5_000 }],
  [
    { from: 5_000, to: 7_000 },
    { from: 9_000, to: 10_000 },
  ],
);
/** One that takes most units, so that others find them taken. */
const openExperiment = fc.record(
  {
    flag: fc.constantFrom(...flagKeys),
    variants: fc.constantFrom(
      [{ key: "v0", variation: "on", weight: 10_000 }],
      [{ key: "v0", variation: "on", weight: 4_000 }],
    ),
    control: fc.constant("v0"),
    allocation: fc.constant(10_000),
    unit: fc.constant("user"),
    status: fc.constant("running"),
    phase: fc.constant(1),
    priority: fc.constantFrom(0, 1, 2),
    participationLimit: fc.constantFrom(1, 2),
  },
  { requiredKeys: ["flag", "variants", "control", "allocation", "unit", "status", "phase"] },
);
const anyExperiment = fc.record(
  {
    flag: fc.constantFrom(...flagKeys),
    variants: weighted(fc.record({ variation })).map((variants) =>
      variants.map((variant, index) => ({ key: `v${index}`, ...variant })),
    ),
    control: fc.constant("v0"),
    allocation: share,
    unit: fc.constantFrom("user", "user", "device"),
    status: fc.constantFrom("running", "running", "running", "paused", "archived"),
    phase: fc.constantFrom(1, 2),
    targeting: condition,
    layer: fc.record({ key: fc.constantFrom("l", "m", "gone"), slots }),
    tags: fc.constantFrom([], ["red"], ["blue"]),
    priority: fc.constantFrom(0, 1, -1),
    sticky: fc.constantFrom("hash", "store"),
    hash: recipe,
    startAt: time,
    stopAt: time,
    salt: fc.constantFrom("shared", "own"),
    ranges: fc.constantFrom([
      { from: 0, to: 2_000, variant: 0 },
      { from: 2_000, to: 6_000, variant: 1 },
      { from: 6_000, to: 10_000, variant: 0 },
    ]),
  },
  { requiredKeys: ["flag", "variants", "control", "allocation", "unit", "status", "phase"] },
);

const experiment: fc.Arbitrary<object> = fc.oneof(
  { weight: 1, arbitrary: openExperiment as fc.Arbitrary<object> },
  { weight: 2, arbitrary: anyExperiment as fc.Arbitrary<object> },
);

const holdout = fc.record(
  { share, tags: fc.constantFrom([], ["red"]), endsAt: time },
  { requiredKeys: ["share", "tags"] },
);
const override = fc.record(
  {
    unit: unitId,
    target: fc.oneof(
      fc.record({ flag: fc.constantFrom(...flagKeys, "gone"), variation }),
      fc.record({
        experiment: fc.constantFrom(...experimentKeys, "gone"),
        variant: fc.constantFrom("v0", "v9"),
      }),
    ),
    expiresAt: time,
  },
  { requiredKeys: ["unit", "target"] },
);
const segment = fc.record({
  included: fc.array(unitId, { maxLength: 3 }),
  excluded: fc.array(unitId, { maxLength: 2 }),
  rules: fc.array(condition, { maxLength: 2 }),
});

/** A record with some of the keys, each entity knowing its own. */
const record = <Entity extends object>(keys: readonly string[], entity: fc.Arbitrary<Entity>) =>
  fc.tuple(...keys.map(() => fc.option(entity, { nil: undefined, freq: 12 }))).map((entities) =>
    Object.fromEntries(
      keys.flatMap((key, index) => {
        const each = entities[index];
        return each === undefined ? [] : [[key, { key, ...each }]];
      }),
    ),
  );

export const plan: fc.Arbitrary<Plan> = fc
  .record({
    flags: record(flagKeys, flag),
    segments: record(["s", "t"], segment),
    experiments: record(experimentKeys, experiment),
    layers: record(["l", "m"], fc.constant({ quarantineDays: 7, quarantine: [] })),
    holdouts: record(["k", "n"], holdout),
    overrides: record(["o", "p", "q"], override),
  })
  .map(
    (members) =>
      ({
        format: 2,
        environment: "test",
        version: 1,
        publishedAt: 0,
        salt: "salt-of-test",
        unitSalt: "unit-salt-of-test",
        partitions: 8,
        metrics: {},
        ...members,
      }) as unknown as Plan,
  );

const value: fc.Arbitrary<unknown> = fc.oneof(
  fc.constantFrom<unknown>("a", "aa", "A", 1, 5, 7, true, false, null, "1.2.3", "10.1.1.1", ["a", 1], ["b"], {
    y: "a",
  }),
  fc.jsonValue({ maxDepth: 2 }),
);

export const context: fc.Arbitrary<EvaluationContext> = fc.record(
  {
    unitId,
    attributes: fc.dictionary(fc.constantFrom("x", "y", "x.y", "constructor"), value) as fc.Arbitrary<
      Record<string, unknown>
    >,
    now: fc.constantFrom(0, 5, 10, 15, 20, 29, 31),
    key: fc.constantFrom("ada", "bob", ""),
    sessionId: unitId,
    kept: fc.dictionary(
      fc.constantFrom(...experimentKeys),
      fc.record({ phase: fc.constantFrom(1, 2), variant: fc.constantFrom("v0", "v1", "v9") }),
    ),
  },
  { requiredKeys: ["unitId", "attributes", "now"] },
);
