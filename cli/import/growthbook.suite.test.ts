import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { test } from "node:test";
import type { Evaluation } from "../../protocols/decision.ts";
import { canonicalJson, type Json } from "../../protocols/json.ts";
import { positionOf } from "../../evaluation/hash-profiles/index.ts";
import { recipeSpansOf, Shares } from "../../evaluation/shares.ts";
import { importGrowthbook } from "./growthbook.ts";
import { bucketRanges, equalWeights, rangeOf, recipeFor } from "./growthbook/ranges.ts";
import { assertDocumented, scoreTable } from "./testing/score-table.ts";
import { type Asker, deciderOf, importedOf, type Score, scoreOf, suiteOptions } from "./testing/suite.ts";

// GrowthBook's cases for all languages, through the importer, the compiler and the evaluator. The file is GrowthBook's and
// stays with it; where it is not there, this says so.

const file = new URL("../../../shared/reference/conformance/growthbook-cases.json", import.meta.url);
const isThere = existsSync(file);

type Members = Readonly<Record<string, Json>>;
type Row = readonly Json[];
const cases = (isThere ? JSON.parse(readFileSync(file, "utf8")) : {}) as Readonly<
  Record<string, readonly Row[]>
>;
const rows = (section: string): readonly Row[] => cases[section] ?? [];
const nameOf = ([name]: Row): string => (typeof name === "string" ? name : JSON.stringify(name));
const same = (a: Json, b: Json): boolean => canonicalJson(a) === canonicalJson(b);
const unlike = (found: Json, wanted: Json): string | undefined =>
  same(found, wanted) ? undefined : `gives ${JSON.stringify(found)} instead of ${JSON.stringify(wanted)}`;

/** What the caller of GrowthBook's client sets in the client itself; no payload holds it. */
const switches: Readonly<Record<string, string>> = {
  forcedVariations: "a variation forced in the client",
  qaMode: "the client's QA mode",
  enabled: "the client's off switch",
  url: "a variation forced by the page's address",
};
const switchIn = (context: Members): string | undefined =>
  Object.entries(switches).find(([name]) => name in context)?.[1];

/** There the id is an attribute like any other; here it is the targeting key as well. */
function askerOf(context: Members): Asker {
  const attributes = (context["attributes"] ?? {}) as Members;
  const { id } = attributes;
  const key = typeof id === "number" || (typeof id === "string" && id !== "") ? String(id) : undefined;
  return { key, attributes };
}

function decide(
  context: Members,
  features: Members,
  id: string,
  options = suiteOptions,
): { readonly refusal: string } | { readonly evaluation: Evaluation } {
  const imported = importedOf(importGrowthbook({ ...context, features }, options));
  const entry = imported.report.find(({ name }) => name === id);
  if (entry?.outcome === "refused") return { refusal: entry.notes.map(({ message }) => message).join("; ") };
  return { evaluation: deciderOf(imported)(entry?.key ?? id, askerOf(context)) };
}

const textOf = (value: Json | undefined): string =>
  typeof value === "string" ? value : JSON.stringify(value);

function featureRow([, context, id, expected]: Row): string | undefined {
  const { features = {}, ...others } = context as Members;
  const decided = decide(others, features as Members, textOf(id));
  if ("refusal" in decided) return decided.refusal;
  const problem = unlike(decided.evaluation.value ?? null, (expected as Members)["value"] ?? null);
  return problem === undefined ? undefined : (switchIn(others) ?? problem);
}

/** An inline experiment becomes a feature's only rule. */
function runRow([, context, experiment, value, inExperiment]: Row): string | undefined {
  const { features = {}, ...others } = context as Members;
  const { force, ...rule } = experiment as Members;
  const feature = { defaultValue: (rule["variations"] as Json[])[0] ?? null, rules: [rule] };
  const decided = decide(others, { ...(features as Members), inline: feature }, "inline");
  if ("refusal" in decided) return decided.refusal;
  const { evaluation } = decided;
  const problem =
    unlike(evaluation.value ?? null, value ?? null) ??
    unlike(evaluation.code === "experiment_assigned", inExperiment ?? null);
  if (problem === undefined) return undefined;
  return switchIn(others) ?? (force === undefined ? problem : "a variation forced in an inline experiment");
}

function conditionRow([, condition, attributes, expected, groups = {}]: Row): string | undefined {
  const feature = { defaultValue: false, rules: [{ force: true, condition: condition as Json }] };
  const context = { attributes: attributes as Json, savedGroups: groups };
  const decided = decide(context, { f: feature }, "f", { ...suiteOptions, keyAttribute: "no attribute" });
  return "refusal" in decided ? decided.refusal : unlike(decided.evaluation.value ?? null, expected ?? null);
}

function hashRow([seed, value, version, expected]: Row): string | undefined {
  const recipe = recipeFor(Number(version), textOf(seed), "id", "id");
  return unlike(recipe === undefined ? null : positionOf(recipe)(textOf(value)), expected ?? null);
}

function namespaceRow([, id, namespace, expected]: Row): string | undefined {
  const feature = { defaultValue: 0, rules: [{ variations: [1, 1], namespace: namespace as Json }] };
  const decided = decide({ attributes: { id: id as Json } }, { f: feature }, "f");
  return "refusal" in decided ? decided.refusal : unlike(decided.evaluation.value === 1, expected ?? null);
}

/** As the cases are rounded. */
const rounded = (value: number): number => Math.round(value * 1e8) / 1e8;

function rangesRow([, input, expected]: Row): string | undefined {
  const [count, coverage, weights] = input as [number, number, number[] | null];
  const ranges = bucketRanges(count, coverage, weights ?? undefined);
  return unlike(
    ranges.map(({ from, to }) => [rounded(from), rounded(to)]),
    expected ?? null,
  );
}

function chooseRow([, position, ranges, expected]: Row): string | undefined {
  const parts = (ranges as [number, number][]).map((range) => ({ range: rangeOf(range) }));
  return unlike(new Shares(recipeSpansOf(parts)).ownerOf(Number(position)), expected ?? null);
}

const equalFloored = (count: number): number[] =>
  equalWeights(count).map((weight) => Math.floor(weight * 1e8) / 1e8);

const judges: Readonly<Record<string, (row: Row) => string | undefined>> = {
  feature: featureRow,
  run: runRow,
  evalCondition: conditionRow,
  hash: hashRow,
  inNamespace: namespaceRow,
  getBucketRange: rangesRow,
  getEqualWeights: ([count, expected]) => unlike(equalFloored(Number(count)), expected ?? null),
  chooseVariation: chooseRow,
  contextualBandit: featureRow,
};

/** What a client does besides deciding. */
const notRun: Readonly<Record<string, string>> = {
  stickyBucket: "assignments kept in the client's own storage, and a second attribute to hash",
  getQueryStringOverride: "variations forced by the page's address",
  urlRedirect: "redirects of the visitor's browser",
  decrypt: "encrypted payloads; export an unencrypted one",
};

test("GrowthBook's cases give the scores that the documentation states", (context) => {
  if (!isThere) {
    context.diagnostic("GrowthBook's cases are not here, so they were not run");
    return;
  }
  const scores: Record<string, Score> = {};
  for (const [section, judge] of Object.entries(judges))
    scores[section] = scoreOf(rows(section), nameOf, judge);
  const left = Object.entries(notRun).map(
    ([name, reason]) => [name, { rows: rows(name).length, reason }] as const,
  );
  assert.deepEqual(
    Object.keys(cases).filter((name) => !(name in judges) && !(name in notRun) && name !== "specVersion"),
    [],
  );
  assertDocumented("growthbook", scoreTable(scores, Object.fromEntries(left)));
});

test("carried as splits, GrowthBook's experiments give the same values", () => {
  const asSplits = { unitIdOf: suiteOptions.unitIdOf };
  for (const [, context, id, expected] of rows("feature")) {
    const { features = {}, ...others } = context as Members;
    const decided = decide(others, features as Members, textOf(id), asSplits);
    if ("refusal" in decided || switchIn(others) !== undefined) continue;
    const { evaluation } = decided;
    assert.equal(
      unlike(evaluation.value ?? null, (expected as Members)["value"] ?? null),
      undefined,
      textOf(id),
    );
    assert.notEqual(evaluation.code, "experiment_assigned");
  }
});
