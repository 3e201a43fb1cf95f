import assert from "node:assert/strict";
import { test } from "node:test";
import type { Condition } from "../protocols/condition.ts";
import { canonicalJson } from "../protocols/json.ts";
import { Plan } from "../protocols/plan.ts";
import type { PlanContent } from "./compile.ts";
import { compiled, experiment, flag, orders, planOf, segment, unit } from "./testing.ts";

/** What is wrong, as `path: message` lines. */
function problemsOf(members: Partial<PlanContent>): string[] {
  const compilation = compiled(members);
  return compilation.ok ? [] : compilation.problems.map(({ path, message }) => `${path}: ${message}`);
}

function warningsOf(members: Partial<PlanContent>): string[] {
  const compilation = compiled(members);
  assert.ok(compilation.ok, JSON.stringify(compilation));
  return compilation.warnings.map(({ path, message }) => `${path}: ${message}`);
}

const serveExperiment = (key: string, otherwise?: string) => ({
  experiment: key,
  ...(otherwise === undefined ? {} : { otherwise }),
});

test("a plan satisfies the protocol's schema and does not depend on the order of its parts", () => {
  const flags = [flag("b", { fallthrough: serveExperiment("e") }), flag("a")];
  const plan = planOf({ flags, experiments: [experiment("e", "b")], segments: [segment("s")] });
  Plan.parse(plan);
  const turned = planOf({
    flags: flags.toReversed(),
    experiments: [experiment("e", "b")],
    segments: [segment("s")],
  });
  assert.equal(canonicalJson(plan), canonicalJson(turned));
  assert.deepEqual(Object.keys(plan.flags), Object.keys(turned.flags));
});

test("every problem is listed, each with its path", () => {
  const broken = flag("broken", {
    type: "string",
    variations: [
      { key: "one", value: 1 },
      { key: "two", value: "2" },
      { key: "two", value: null },
    ],
    offVariation: "gone",
    rules: [
      {
        id: "r",
        when: {
          all: [
            { attribute: "x", op: "matches", value: "(" },
            { op: "eq", value: 1 },
          ],
        },
        serve: { variation: "three" },
      },
      {
        id: "r",
        when: { op: "in_segment", value: ["nobody"], attribute: "x" },
        serve: {
          split: [
            { variation: "one", weight: 1 },
            { variation: "one", weight: 2 },
          ],
        },
      },
      {
        id: "s",
        when: { not: { op: "bucket", value: { salt: "x", from: 2, to: 1 } } },
        serve: serveExperiment("none", "four"),
      },
    ],
    prerequisites: [
      { flag: "unknown", variations: ["on"] },
      { flag: "other", variations: ["maybe"] },
    ],
  });
  assert.deepEqual(
    problemsOf({ flags: [broken, flag("other")] }).map((line) => line.split(":")[0]),
    [
      "flags.broken.variations[2].key",
      "flags.broken.rules[1].id",
      "flags.broken.variations[0].value",
      "flags.broken.variations[2].value",
      "flags.broken.offVariation",
      "flags.broken.rules[0].when.all[0].value",
      "flags.broken.rules[0].when.all[1].attribute",
      "flags.broken.rules[0].serve.variation",
      "flags.broken.rules[1].when.attribute",
      "flags.broken.rules[1].when.value",
      "flags.broken.rules[1].serve.split[1].variation",
      "flags.broken.rules[1].serve.split",
      "flags.broken.rules[2].when.not.value",
      "flags.broken.rules[2].serve.experiment",
      "flags.broken.rules[2].serve.otherwise",
      "flags.broken.fallthrough.variation",
      "flags.broken.prerequisites[0].flag",
      "flags.broken.prerequisites[1].variations[0]",
    ],
  );
});

test("keys that occur twice are problems", () => {
  const twice = {
    flags: [flag("a"), flag("a")],
    segments: [segment("s"), segment("s")],
    metrics: [orders, orders],
  };
  assert.deepEqual(problemsOf(twice), [
    "flags[1].key: a occurs twice",
    "segments[1].key: s occurs twice",
    "metrics[1].key: orders occurs twice",
  ]);
});

test("a running experiment's faults are problems, a draft's are warnings", () => {
  const members = {
    flag: "nowhere",
    variants: [
      { key: "x", variation: "on", weight: 9_000 },
      { key: "x", variation: "on", weight: 0 },
    ],
    control: "y",
    targeting: { attribute: "v", op: "semver_gt", value: "1" },
    metrics: { primary: "orders", secondary: ["m"], guardrails: ["g"] },
    startAt: 5,
    stopAt: 5,
  };
  const paths = [
    "flag",
    "variants[1].key",
    "variants",
    "control",
    "targeting.value",
    "stopAt",
    "metrics.secondary[0]",
    "metrics.guardrails[0]",
  ];
  const wanted = paths.map((path) => `experiments.e.${path}`);
  assert.deepEqual(
    problemsOf({ experiments: [experiment("e", "f", members)] }).map((line) => line.split(":")[0]),
    wanted,
  );
  const draft = warningsOf({ experiments: [experiment("e", "f", { ...members, status: "draft" })] });
  assert.deepEqual(
    draft.map((line) => line.split(":")[0]),
    wanted,
  );
});

test("an experiment must be one of the flag that serves it, and its variations that flag's", () => {
  const served = flag("a", { fallthrough: serveExperiment("e") });
  const elsewhere = experiment("e", "b", {
    variants: [{ key: "control", variation: "blue", weight: 10_000 }],
  });
  assert.deepEqual(problemsOf({ flags: [served, flag("b")], experiments: [elsewhere] }), [
    "flags.a.fallthrough.experiment: experiment e is one of flag b",
    "experiments.e.variants[0].variation: flag b has no variation blue",
  ]);
});

test("prerequisites and segments that lead in a circle are problems, once per circle", () => {
  const needs = (key: string, other: string) =>
    flag(key, { prerequisites: [{ flag: other, variations: ["on"] }] });
  assert.deepEqual(
    problemsOf({ flags: [needs("leads", "a"), needs("a", "b"), needs("b", "a"), needs("self", "self")] }),
    [
      "flags.a.prerequisites: lead in a circle: a → b → a",
      "flags.self.prerequisites: lead in a circle: self → self",
    ],
  );
  const nests = (key: string, other: string) =>
    segment(key, { rules: [{ not: { op: "in_segment", value: other } }] });
  assert.deepEqual(problemsOf({ segments: [nests("a", "b"), nests("b", "c"), nests("c", "a")] }), [
    "segments.a.rules: lead in a circle: a → b → c → a",
  ]);
});

test("prerequisites that double on each level are refused before they cost 2^20 evaluations", () => {
  const flags = Array.from({ length: 21 }, (_, level) =>
    flag(`f${level}`, { prerequisites: level === 0 ? [] : [{ flag: `f${level - 1}`, variations: ["on"] }] }),
  );
  const doubled = flags.map((each, level) =>
    level < 2
      ? each
      : { ...each, prerequisites: [...each.prerequisites, ...(flags[level - 1]?.prerequisites ?? [])] },
  );
  assert.deepEqual(problemsOf({ flags }), []);
  const problems = problemsOf({ flags: doubled });
  assert.ok(
    problems.length > 0 &&
      problems.every((line) => line.endsWith("lead to more than 1000 evaluations or 32 levels")),
    problems.join(),
  );
});

test("conditions and values nested without end are refused, not followed", () => {
  let when: Condition = { all: [] };
  let value: unknown = 1;
  for (let level = 0; level < 5_000; level++) {
    when = { not: when };
    value = [value];
  }
  const base = flag("deep", { type: "json", variations: [{ key: "off", value: 1 }] });
  const deep = {
    ...base,
    rules: [{ id: "r", when, serve: { variation: "off" } }],
    variations: [{ key: "off", value: value as number }],
  };
  const problems = problemsOf({ flags: [deep], segments: [{ ...segment("s"), rules: [when] }] });
  assert.equal(problems.length, 3, problems.join("\n"));
  assert.ok(problems.every((line) => line.includes("nests deeper")));
});

test("rules that nobody can reach are warned of", () => {
  const on = { variation: "on" };
  const isPro = { attribute: "plan", op: "eq", value: "pro" };
  const rules = [
    { id: "open", when: { all: [] }, serve: serveExperiment("e") },
    { id: "pro", when: isPro, serve: on },
    { id: "again", when: { value: "pro", op: "eq", attribute: "plan" }, serve: on },
    { id: "everybody", when: { not: { any: [] } }, serve: on },
    { id: "never", when: { attribute: "x", op: "exists" }, serve: on },
  ];
  const warnings = warningsOf({ flags: [flag("f", { rules })], experiments: [experiment("e", "f")] });
  assert.deepEqual(warnings, [
    "flags.f.rules[3].when.not.any: an empty any never holds",
    "flags.f.rules[2]: unreachable: rule pro above takes every unit that fits",
    "flags.f.rules[4]: unreachable: rule everybody above takes every unit that fits",
  ]);
});

test("a running experiment that no rule serves, and a unit that is included and excluded, are warned of", () => {
  const unserved = warningsOf({ flags: [flag("f")], experiments: [experiment("e", "f")] });
  assert.equal(unserved.length, 1);
  const both = warningsOf({ segments: [segment("s", { included: [unit(1)], excluded: [unit(1)] })] });
  assert.deepEqual(both, ["segments.s.included: 1 of these units are excluded too, which wins"]);
});
