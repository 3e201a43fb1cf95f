import assert from "node:assert/strict";
import { test } from "node:test";
import { fc } from "../../protocols/testing/properties.ts";
import { keyPattern } from "../../protocols/ids.ts";
import { bucketCount } from "../../protocols/flag.ts";
import { CliFailure } from "../failure.ts";
import { between, upTo } from "./flagsmith/position.ts";
import { bucketRanges, upTo as upToCoverage } from "./growthbook/ranges.ts";
import { fingerprint, keysFor, partKeys } from "./keys.ts";
import { importContent } from "./read.ts";
import { reportText } from "./report.ts";
import { sharesOf } from "./shares.ts";
import { systemNames } from "./system-names.ts";
import { systems } from "./systems.ts";
import { suiteOptions } from "./testing/suite.ts";

// What all importers are made of, and what must hold for any of them.

test("keys are keys, each its own, whatever the names and their order", () => {
  fc.assert(
    fc.property(fc.uniqueArray(fc.string({ unit: "binary", maxLength: 120 }), { maxLength: 20 }), (names) => {
      const keys = keysFor(names, "flag");
      assert.equal(new Set(keys.values()).size, names.length);
      for (const key of keys.values()) assert.match(key, keyPattern);
      const turned = keysFor(names.toReversed(), "flag");
      for (const name of names) assert.equal(turned.get(name), keys.get(name));
      const parts = partKeys(names, "part");
      assert.equal(new Set(parts).size, names.length);
    }),
    { seed: 1 },
  );
  assert.deepEqual(
    [...keysFor(["Shop", "shop", "Neu & alt", "neu-alt"], "flag").values()],
    [`shop-${fingerprint("Shop")}`, "shop", `neu-alt-${fingerprint("Neu & alt")}`, "neu-alt"],
  );
});

test("shares sum to the whole, and none is further than one from its exact share", () => {
  fc.assert(
    fc.property(
      fc.array(fc.double({ min: 0, max: 1e6, noNaN: true }), { minLength: 1, maxLength: 50 }),
      (weights) => {
        const shares = sharesOf(weights);
        const total = weights.reduce((sum, weight) => sum + weight, 0);
        assert.equal(
          shares.reduce((sum, share) => sum + share, 0),
          bucketCount,
        );
        for (const [index, share] of shares.entries()) {
          const exact =
            total > 0 ? ((weights[index] as number) / total) * bucketCount : bucketCount / weights.length;
          assert.ok(Number.isInteger(share) && Math.abs(share - exact) < 1.000001);
        }
      },
    ),
    { seed: 2 },
  );
});

test("an included bound becomes the first position beyond it, by the other system's arithmetic", () => {
  fc.assert(
    fc.property(
      fc.double({ min: 0, max: 100, noNaN: true }),
      fc.integer({ min: 0, max: 9_997 }),
      (bound, place) => {
        const position = place / 9_998;
        const percentage = (place / 9_998) * 100;
        assert.equal(position < upTo(bound).to, percentage <= bound);
        const { from, to } = between(bound / 2, bound);
        assert.equal(position >= from && position < to, percentage >= bound / 2 && percentage < bound);
        const coverage = bound / 100;
        assert.equal(place / 10_000 < upToCoverage(coverage, 2).to, place / 10_000 <= coverage);
      },
    ),
    { seed: 3 },
  );
});

test("GrowthBook's ranges fit the schema, however doubles add up", () => {
  fc.assert(
    fc.property(
      fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 1, maxLength: 20 }),
      (weights) => {
        const total = weights.reduce((sum, weight) => sum + weight, 0);
        for (const { from, to } of bucketRanges(
          weights.length,
          1,
          weights.map((weight) => weight / total),
        ))
          assert.ok(from >= 0 && from <= 1 && to >= from && to <= 2);
      },
    ),
    { seed: 4 },
  );
});

/** Words of all the formats, so that random files come far. */
const words = [
  "features",
  "flags",
  "segments",
  "rules",
  "condition",
  "key",
  "variations",
  "strategies",
  "targeting",
  "if",
  "fractional",
  "$in",
  "$gt",
  "feature_states",
  "project",
  "api_key",
  "conditions",
  "values",
  "clauses",
  "op",
  "name",
  "enabled",
  "variants",
  "state",
  "ENABLED",
  "defaultVariant",
  "on",
  "id",
  "type",
  "ALL",
  "operator",
  "IN",
];

test("no importer throws, whatever the file holds", () => {
  const { file } = fc.letrec((tie) => ({
    file: fc.oneof(
      { maxDepth: 6 },
      fc.constantFrom<unknown>(...words, null, true, false, 0, 1, -1, 0.5, "", "a"),
      fc.dictionary(fc.constantFrom(...words), tie("file"), { maxKeys: 5 }),
      fc.array(tie("file"), { maxLength: 4 }),
    ),
  }));
  fc.assert(
    fc.property(file, (content) => {
      for (const name of systemNames) systems[name].importer(content, suiteOptions);
    }),
    { seed: 5, numRuns: 300 },
  );
});

test("no member of a good file makes its importer throw when it is something else", () => {
  const odd = [null, true, -1, 1e300, "", "text", [], {}, [null], { a: 1 }];
  for (const [name, content] of Object.entries(samples))
    for (const changed of changes(content, odd)) {
      const result = systems[name as keyof typeof samples].importer(changed, suiteOptions);
      if (result.ok) assert.ok(reportText(result.imported).length > 0);
    }
});

/** Every file that differs from this one in a single member. */
function* changes(value: unknown, odd: readonly unknown[]): Generator<unknown> {
  yield* odd;
  if (typeof value !== "object" || value === null) return;
  for (const [name, member] of Object.entries(value))
    for (const changed of changes(member, odd))
      yield Array.isArray(value) ? value.with(Number(name), changed) : { ...value, [name]: changed };
}

const samples = {
  growthbook: {
    features: {
      f: {
        defaultValue: "a",
        rules: [
          { condition: { x: { $in: ["a"], $size: { $gt: 2 } }, $or: [{ y: 1 }] }, force: "b", coverage: 0.5 },
          {
            variations: ["a", "b"],
            weights: [0.5, 0.5],
            namespace: ["n", 0, 1],
            filters: [{ seed: "s", ranges: [[0, 1]] }],
          },
          { parentConditions: [{ id: "f", condition: { value: 1 }, gate: true }] },
        ],
      },
    },
    savedGroups: { g: ["a"] },
  },
  unleash: {
    features: [
      {
        name: "f",
        enabled: true,
        strategies: [
          {
            name: "flexibleRollout",
            parameters: { rollout: "50", stickiness: "default", groupId: "g" },
            constraints: [{ contextName: "x", operator: "IN", values: ["a"] }],
            segments: [1],
            variants: [
              { name: "v", weight: 1, payload: { type: "string", value: "p" } },
              { name: "w", weight: 1 },
            ],
          },
        ],
        dependencies: [{ feature: "g" }],
      },
    ],
    segments: [
      { id: 1, constraints: [{ contextName: "y", operator: "DATE_AFTER", value: "2026-01-01T00:00:00Z" }] },
    ],
  },
  launchdarkly: {
    flags: {
      f: {
        key: "f",
        on: true,
        salt: "s",
        variations: [1, 2],
        offVariation: 0,
        prerequisites: [{ key: "f", variation: 0 }],
        targets: [{ values: ["a"], variation: 1 }],
        rules: [
          {
            clauses: [{ attribute: "x", op: "in", values: ["a"] }],
            rollout: { variations: [{ variation: 0, weight: 100_000 }] },
          },
        ],
        fallthrough: { variation: 0 },
      },
    },
    segments: { s: { key: "s", included: ["a"], rules: [{ clauses: [], weight: 5 }] } },
  },
  flagd: {
    flags: {
      f: {
        state: "ENABLED",
        variants: { a: 1, b: 2 },
        defaultVariant: "a",
        targeting: {
          if: [
            { "==": [{ var: "x" }, 1] },
            "b",
            {
              fractional: [
                ["a", 1],
                ["b", 1],
              ],
            },
          ],
        },
      },
    },
  },
  flagsmith: {
    api_key: "k",
    feature_states: [
      {
        feature: { id: 1, name: "f" },
        enabled: true,
        feature_state_value: "v",
        multivariate_feature_state_values: [
          { id: 1, percentage_allocation: 5, multivariate_feature_option: { value: "w" } },
        ],
      },
    ],
    project: {
      segments: [
        {
          id: 1,
          name: "s",
          rules: [
            { type: "ALL", rules: [], conditions: [{ operator: "EQUAL", property_: "x", value: "1" }] },
          ],
          feature_states: [],
        },
      ],
    },
  },
};

test("a file of another system is refused with a word on whose it looks like", () => {
  for (const [name, content] of Object.entries(samples)) {
    const other = name === "unleash" ? "growthbook" : "unleash";
    const { title } = systems[name as keyof typeof samples];
    assert.throws(
      () => importContent(other, content, "flags.json", suiteOptions),
      (error) =>
        error instanceof CliFailure &&
        error.code === "usage" &&
        error.message.includes(`looks like one of ${title}`),
    );
  }
  assert.throws(
    () => importContent("growthbook", { encryptedFeatures: "x" }, "flags.json", suiteOptions),
    /without encryption/,
  );
});
