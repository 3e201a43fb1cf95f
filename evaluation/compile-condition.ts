import type { Comparison, Condition } from "../protocols/condition.ts";
import { conditionDepthMax } from "./bounds.ts";
import type { Catalogue } from "./catalogue.ts";
import { elementConditionOf } from "./element-condition.ts";
import type { Findings } from "./findings.ts";
import { hashRangesOf } from "./hash-profiles/recipe.ts";
import { instantOf } from "../protocols/constants/instant.ts";
import { attributeOperator } from "./operators/table.ts";
import { bucketRangeOf, segmentKeysOf } from "./unit-conditions.ts";

/** Reports what is wrong in a condition, each part of it with its path. */
export function compileCondition(
  condition: Condition,
  path: string,
  catalogue: Catalogue,
  findings: Findings,
  depth = 0,
): void {
  if (depth > conditionDepthMax) {
    findings.problem(path, `nests deeper than ${conditionDepthMax} levels`);
    return;
  }
  if ("all" in condition) {
    for (const [index, inner] of condition.all.entries())
      compileCondition(inner, `${path}.all[${index}]`, catalogue, findings, depth + 1);
  } else if ("any" in condition) {
    if (condition.any.length === 0) findings.warn(`${path}.any`, "an empty any never holds");
    for (const [index, inner] of condition.any.entries())
      compileCondition(inner, `${path}.any[${index}]`, catalogue, findings, depth + 1);
  } else if ("not" in condition)
    compileCondition(condition.not, `${path}.not`, catalogue, findings, depth + 1);
  else compileComparison(condition, path, catalogue, findings, depth);
}

function compileComparison(
  comparison: Comparison,
  path: string,
  catalogue: Catalogue,
  findings: Findings,
  depth: number,
): void {
  const { op, attribute, value } = comparison;
  if (isUnitOperator(op)) {
    if (attribute !== undefined)
      findings.problem(`${path}.attribute`, `${op} looks at the unit and takes no attribute`);
    if (op === "in_segment") compileSegmentKeys(comparison, path, catalogue, findings);
    else if (op === "bucket") compileBucketRange(comparison, path, findings);
    else compileUnitConstant(comparison, path, findings);
    return;
  }
  if (attribute === undefined || attribute === "")
    findings.problem(`${path}.attribute`, `${op} needs an attribute`);
  if (op === "some") return compileElements(comparison, path, catalogue, findings, depth);
  const prepared = attributeOperator(op)?.(value);
  if (prepared === undefined) findings.problem(`${path}.op`, `there is no operator ${op}`);
  else if (!prepared.ok) findings.problem(`${path}.value`, `${op} ${prepared.message}`);
}

function compileSegmentKeys(
  { value }: Comparison,
  path: string,
  catalogue: Catalogue,
  findings: Findings,
): void {
  const keys = segmentKeysOf(value);
  if (keys === undefined)
    findings.problem(`${path}.value`, "in_segment needs a segment's key or a list of them");
  for (const key of keys ?? [])
    if (!catalogue.segments.has(key)) findings.problem(`${path}.value`, `there is no segment ${key}`);
}

function compileBucketRange({ value }: Comparison, path: string, findings: Findings): void {
  const range = bucketRangeOf(value);
  if (range === undefined)
    findings.problem(`${path}.value`, "bucket needs {salt, from, to} with 0 ≤ from ≤ to ≤ 10000");
  else if (range.from === range.to) findings.warn(`${path}.value`, "an empty range of buckets never holds");
}

const unitOperators: ReadonlySet<string> = new Set([
  "in_segment",
  "bucket",
  "in_hash_range",
  "now_before",
  "now_after",
]);
const isUnitOperator = (op: string): boolean => unitOperators.has(op);

function compileUnitConstant({ op, value }: Comparison, path: string, findings: Findings): void {
  if (op === "in_hash_range") {
    const constant = hashRangesOf(value);
    if (constant === undefined)
      findings.problem(
        `${path}.value`,
        "in_hash_range needs {recipe, ranges: [{from, to}]} of a known profile",
      );
    else if (constant.ranges.every(({ from, to }) => from >= to))
      findings.warn(`${path}.value`, "empty ranges never hold");
  } else if (instantOf(value) === undefined)
    findings.problem(
      `${path}.value`,
      `${op} needs an RFC 3339 date-time with an offset, or epoch milliseconds`,
    );
}

function compileElements(
  { value }: Comparison,
  path: string,
  catalogue: Catalogue,
  findings: Findings,
  depth: number,
): void {
  const condition = elementConditionOf(value);
  if (condition === undefined) findings.problem(`${path}.value`, "some needs a condition over attributes");
  else compileCondition(condition, `${path}.value`, catalogue, findings, depth + 1);
}
