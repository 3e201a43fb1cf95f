import type { Flag } from "../protocols/flag.ts";
import type { Json } from "../protocols/json.ts";
import { valueDepthMax } from "./bounds.ts";
import { compileCondition } from "./compile-condition.ts";
import { compileServe, compileVariation } from "./compile-serve.ts";
import type { Catalogue } from "./catalogue.ts";
import type { Findings } from "./findings.ts";
import { warnUnreachable } from "./unreachable.ts";

/** Reports what is wrong with a flag by itself and with its references; prerequisites have a file of their own. */
export function compileFlag(flag: Flag, catalogue: Catalogue, findings: Findings): void {
  const path = `flags.${flag.key}`;
  findings.unique(
    `${path}.variations`,
    flag.variations.map(({ key }) => key),
  );
  findings.unique(
    `${path}.rules`,
    flag.rules.map(({ id }) => id),
    "id",
  );
  for (const [index, { value }] of flag.variations.entries())
    compileValue(value, flag, `${path}.variations[${index}].value`, findings);
  compileVariation(flag.offVariation, flag, `${path}.offVariation`, findings);
  for (const [index, rule] of flag.rules.entries()) {
    compileCondition(rule.when, `${path}.rules[${index}].when`, catalogue, findings);
    compileServe(rule.serve, flag, `${path}.rules[${index}].serve`, catalogue, findings);
  }
  compileServe(flag.fallthrough, flag, `${path}.fallthrough`, catalogue, findings);
  warnUnreachable(flag, path, findings);
}

function compileValue(value: Json, { type }: Flag, path: string, findings: Findings): void {
  if (type !== "json") {
    if (typeof value !== type) findings.problem(path, `is ${kindOf(value)}, but the flag's type is ${type}`);
    else if (typeof value === "number" && !Number.isFinite(value))
      findings.problem(path, "is no finite number");
  } else if (nestsDeeper(value, valueDepthMax))
    findings.problem(path, `nests deeper than ${valueDepthMax} levels`);
}

const kindOf = (value: Json): string =>
  value === null ? "null" : Array.isArray(value) ? "an array" : typeof value;

function nestsDeeper(value: Json, levels: number): boolean {
  if (typeof value !== "object" || value === null) return false;
  if (levels === 0) return true;
  const members: readonly Json[] = Array.isArray(value) ? value : Object.values(value);
  return members.some((member) => nestsDeeper(member, levels - 1));
}
