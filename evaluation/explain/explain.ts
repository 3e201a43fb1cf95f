import type { Evaluation, EvaluationContext } from "../../protocols/decision.ts";
import type { Flag } from "../../protocols/flag.ts";
import type { Plan } from "../../protocols/plan.ts";
import type { Trace, TraceStep } from "../../protocols/trace.ts";
import { forcedByFlag } from "../overrides.ts";
import { plainContext } from "../plain-context.ts";
import type { Program } from "../program.ts";
import { constantOf } from "../serve.ts";
import { explainCondition } from "./condition.ts";
import { entity, scopeOf, type Scope } from "./scope.ts";
import { explainServe, type Said, type Served } from "./serve.ts";

// The same decision as evaluate(), made a second time straight from the plan, slowly and with everything it did written
// down. It shares the operators, the buckets and the arithmetic of shares with the fast one, and none of its structure,
// so that each checks the other.

export interface Explanation {
  readonly evaluation: Evaluation;
  readonly trace: Trace;
}

/** Never throws, whatever the context holds. */
export function explain(source: Plan | Program, flagKey: string, context: EvaluationContext): Explanation {
  const plan = "plan" in source ? source.plan : source;
  try {
    return explained(plan, flagKey, context);
  } catch {
    return explained(plan, flagKey, plainContext(context));
  }
}

function explained(plan: Plan, flagKey: string, context: EvaluationContext): Explanation {
  const scope = scopeOf(plan, context);
  const flag = entity(plan.flags, flagKey);
  if (flag === undefined)
    return {
      evaluation: { flagKey, reason: "ERROR", code: "flag_not_found" },
      trace: { flag: flagKey, steps: [{ step: "unknown_flag", flag: flagKey }] },
    };
  const steps: TraceStep[] = [];
  return { evaluation: decide(flag, scope, steps), trace: { flag: flagKey, steps } };
}

function decide(flag: Flag, scope: Scope, steps: TraceStep[]): Evaluation {
  const off = flag.offVariation;
  const forced = byOverride(flag, scope, steps);
  if (forced !== undefined) return forced;
  const state = stateOf(flag);
  steps.push({ step: "state", state });
  if (state !== "on") return answer(flag, off, { reason: "DISABLED", code: "off" });
  if (!prerequisitesHold(flag, scope, steps))
    return answer(flag, off, { reason: "DEFAULT", code: "prerequisite_failed" });
  return byRules(flag, scope, steps);
}

function answer(flag: Flag, variation: string, said: Said): Evaluation {
  const known = flag.variations.find(({ key }) => key === variation);
  if (known === undefined) return { flagKey: flag.key, reason: "ERROR", code: said.code };
  const { value, model } = known;
  return { flagKey: flag.key, variation, value, ...said, ...(model === undefined ? {} : { model }) };
}

function stateOf({ killed, status, enabled }: Flag): "on" | "killed" | "archived" | "not_enabled" {
  if (killed) return "killed";
  if (status === "archived") return "archived";
  return enabled ? "on" : "not_enabled";
}

function byOverride(flag: Flag, { plan, context }: Scope, steps: TraceStep[]): Evaluation | undefined {
  const known = new Set<string>(flag.variations.map(({ key }) => key));
  const overrides = (forcedByFlag(plan).get(flag.key) ?? []).filter(({ variation }) => known.has(variation));
  for (const [by, id] of [
    ["unit", context.unitId],
    ["session", context.sessionId],
  ] as const)
    for (const { key, unit, variation, experiment, variant, expiresAt } of overrides) {
      if (unit !== id) continue;
      const applied = !(context.now >= expiresAt);
      steps.push({ step: "override", override: key, by, variation, applied });
      const named = experiment === undefined || variant === undefined ? {} : { experiment, variant };
      if (applied) return answer(flag, variation, { reason: "STATIC", code: "override", ...named });
    }
  return undefined;
}

/** The first that fails settles it. */
function prerequisitesHold(flag: Flag, scope: Scope, steps: TraceStep[]): boolean {
  if (flag.prerequisites.length === 0) return true;
  const targets = flag.prerequisites.map((prerequisite) => entity(scope.plan.flags, prerequisite.flag));
  if (!scope.flags.has(flag.key) || targets.includes(undefined)) {
    steps.push({ step: "prerequisites_unmet" });
    return false;
  }
  for (const [index, { flag: key, variations }] of flag.prerequisites.entries()) {
    const target = targets[index];
    if (target === undefined) return false;
    const inner: TraceStep[] = [];
    const { variation } = decide(target, scope, inner);
    const holds = variation !== undefined && (variations as readonly string[]).includes(variation);
    const served = variation === undefined ? {} : { served: variation };
    steps.push({ step: "prerequisite", flag: key, wanted: variations, holds, ...served, steps: inner });
    if (!holds) return false;
  }
  return true;
}

type Refused = Extract<Served, { kind: "refused" }>;

function byRules(flag: Flag, scope: Scope, steps: TraceStep[]): Evaluation {
  let refused: Refused | undefined;
  for (const rule of flag.rules) {
    const condition = explainCondition(rule.when, scope);
    const serve = explainServe(rule.serve, flag, rule.id, scope);
    const outcome = serve === undefined ? "not_understood" : condition.outcome;
    const isTried = outcome === "holds" && serve !== undefined;
    steps.push({
      step: "rule",
      rule: rule.id,
      outcome,
      condition,
      ...(isTried ? { serve: serve.trace } : {}),
    });
    if (!isTried) continue;
    const { served } = serve;
    if (served.kind === "answer") return answer(flag, served.variation, served.said);
    if (served.kind === "refused") refused = served;
  }
  return byFallthrough(flag, refused, scope, steps);
}

/** A fallthrough that serves one variation to all leaves the last word to a refusal on the way. */
function byFallthrough(
  flag: Flag,
  before: Refused | undefined,
  scope: Scope,
  steps: TraceStep[],
): Evaluation {
  const explanation = explainServe(flag.fallthrough, flag, undefined, scope);
  steps.push({ step: "fallthrough", ...(explanation === undefined ? {} : { serve: explanation.trace }) });
  const served = explanation?.served;
  const constant = constantOf(flag.fallthrough);
  if (served?.kind === "answer" && (constant === undefined || before === undefined))
    return answer(flag, served.variation, served.said);
  const refused = served?.kind === "refused" ? served : before;
  const variation = constant?.variation ?? flag.offVariation;
  if (constant === undefined) steps.push({ step: "off_variation", variation });
  if (refused === undefined) return answer(flag, variation, { reason: "DEFAULT", code: "fallthrough" });
  const { code, propensity } = refused;
  return answer(flag, variation, {
    reason: "DEFAULT",
    code,
    ...(propensity === undefined ? {} : { propensity }),
    ...(constant?.shadow === undefined ? {} : { shadow: constant.shadow }),
  });
}
