import type { Condition } from "../protocols/condition.ts";
import type { Flag, Serve } from "../protocols/flag.ts";
import { canonicalJson } from "../protocols/json.ts";
import { conditionDepthMax } from "./bounds.ts";
import type { Findings } from "./findings.ts";

/** Warns of rules that no unit can reach: below one that takes everybody, or one with the same condition. */
export function warnUnreachable(flag: Flag, path: string, findings: Findings): void {
  const taken = new Map<string, string>();
  let takesAll: string | undefined;
  for (const [index, { id, when, serve }] of flag.rules.entries()) {
    const known = isShallow(when) ? canonicalJson(when) : undefined;
    const above = takesAll ?? (known === undefined ? undefined : taken.get(known));
    if (above !== undefined)
      findings.warn(`${path}.rules[${index}]`, `unreachable: rule ${above} above takes every unit that fits`);
    if (!decides(serve)) continue;
    if (known !== undefined && !taken.has(known)) taken.set(known, id);
    if (takesAll === undefined && holdsAlways(when)) takesAll = id;
  }
}

/** Experiments and rollouts without `otherwise` let units through to the rules below, and so do recipes without a key. */
function decides(serve: Serve): boolean {
  if ("experiment" in serve) return serve.otherwise !== undefined;
  if ("rollout" in serve) return serve.rollout.otherwise !== undefined;
  return !("split" in serve) || serve.hash === undefined;
}

function holdsAlways(condition: Condition, depth = 0): boolean {
  if (depth > conditionDepthMax) return false;
  if ("all" in condition) return condition.all.every((inner) => holdsAlways(inner, depth + 1));
  if ("any" in condition) return condition.any.some((inner) => holdsAlways(inner, depth + 1));
  return "not" in condition && holdsNever(condition.not, depth + 1);
}

function holdsNever(condition: Condition, depth: number): boolean {
  if (depth > conditionDepthMax) return false;
  if ("all" in condition) return condition.all.some((inner) => holdsNever(inner, depth + 1));
  if ("any" in condition) return condition.any.every((inner) => holdsNever(inner, depth + 1));
  return "not" in condition && holdsAlways(condition.not, depth + 1);
}

/** Others are refused anyway; walking them whole could leave the stack. */
function isShallow(condition: Condition, depth = 0): boolean {
  if (depth > conditionDepthMax) return false;
  if ("all" in condition) return condition.all.every((inner) => isShallow(inner, depth + 1));
  if ("any" in condition) return condition.any.every((inner) => isShallow(inner, depth + 1));
  return "not" in condition ? isShallow(condition.not, depth + 1) : true;
}
