import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { test } from "node:test";
import { canonicalJson, type Json } from "../../protocols/json.ts";
import { keysFor } from "./keys.ts";
import { assertDocumented, scoreTable } from "./testing/score-table.ts";
import { type Asker, deciderOf, importedOf, type Score, scoreOf, suiteOptions } from "./testing/suite.ts";
import { importUnleash, variantName } from "./unleash.ts";

// Unleash's specification for all clients, through the importer, the compiler and the evaluator.

const specifications = "@unleash/client-specification/specifications";
const read = (name: string): unknown =>
  JSON.parse(readFileSync(createRequire(import.meta.url).resolve(`${specifications}/${name}`), "utf8"));

type Members = Readonly<Record<string, Json>>;
interface Case {
  readonly description: string;
  readonly context: Members;
  readonly toggleName: string;
  readonly expectedResult: Json;
}
interface Specification {
  readonly state?: unknown;
  readonly tests?: readonly Case[];
  readonly variantTests?: readonly Case[];
}

/** Unleash keeps fields of one's own apart, under `properties`; here they are attributes like the others. */
function askerOf({ properties = {}, ...context }: Members): Asker {
  const key = context["userId"];
  return {
    key: typeof key === "string" ? key : undefined,
    attributes: { ...context, ...(properties as Members) },
  };
}

function scoreOfSpecification({ state, tests = [], variantTests = [] }: Specification): Score {
  const imported = importedOf(importUnleash(state, suiteOptions));
  const decide = deciderOf(imported);
  const keys = new Map(imported.report.map(({ name, key }) => [name, key]));
  const refused = new Map(
    imported.report
      .filter(({ outcome }) => outcome === "refused")
      .map(({ name, notes }) => [name, notes.map(({ message }) => message).join("; ")]),
  );
  const isEnabled = ({ toggleName, context }: Case): boolean =>
    decide(keys.get(toggleName) ?? "unknown", askerOf(context)).value === true;
  const judge = (each: Case, found: Json): string | undefined =>
    refused.get(each.toggleName) ??
    (canonicalJson(found) === canonicalJson(each.expectedResult)
      ? undefined
      : `gives ${JSON.stringify(found)} instead of ${JSON.stringify(each.expectedResult)}`);
  const variantOf = (each: Case): Json => {
    const key = keys.get(variantName(each.toggleName));
    const variant = key === undefined ? undefined : decide(key, askerOf(each.context)).value;
    const value = (variant ?? { name: "disabled" }) as Members;
    return { ...value, enabled: value["name"] !== "disabled", feature_enabled: isEnabled(each) };
  };
  const plain = scoreOf(
    tests,
    ({ description }) => description,
    (each) => judge(each, isEnabled(each)),
  );
  const variants = scoreOf(
    variantTests,
    ({ description }) => description,
    (each) => judge(each, variantOf(each)),
  );
  return {
    passed: plain.passed + variants.passed,
    total: plain.total + variants.total,
    failed: [...plain.failed, ...variants.failed],
  };
}

test("Unleash's client specification gives the scores that the documentation states", () => {
  const scores: Record<string, Score> = {};
  for (const name of read("index.json") as string[])
    scores[name.replace(/\.json$/, "")] = scoreOfSpecification(read(name) as Specification);
  assertDocumented("unleash", scoreTable(scores));
});

test("names beyond ASCII become keys of their own, the same in every import", () => {
  const names = ["Feature.UTF-8.Hellø_Wørld", "Feature.UTF-8.Hell_W_rld", "plain"];
  const keys = keysFor(names, "flag");
  assert.equal(new Set(keys.values()).size, 3);
  assert.equal(keys.get("plain"), "plain");
  assert.deepEqual(keysFor(names.toReversed(), "flag").get(names[0] ?? ""), keys.get(names[0] ?? ""));
});
