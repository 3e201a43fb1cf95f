import type { Evaluation } from "../protocols/decision.ts";
import type { Flag } from "../protocols/flag.ts";
import type { Plan } from "../protocols/plan.ts";
import { matcherOf, type ConditionScope, type Matcher } from "./conditions.ts";
import { assignOf } from "./experiment.ts";
import { expand } from "./expansion.ts";
import { answersOf } from "./outcomes.ts";
import { scopeOf } from "./segments.ts";
import { servingOf, type ExperimentProgram, type ServeScope, type Serving } from "./serve.ts";

// A plan in the form made for speed: conditions are closures, salts are preloaded, and every answer that can be given
// exists already, so deciding allocates nothing. Built off the hot path, once per plan version.

export interface RuleProgram {
  readonly when: Matcher;
  readonly serve: Serving;
}

export interface PrerequisiteProgram {
  readonly flag: FlagProgram;
  /** Served variations that meet it; whatever made the flag serve them, off included. */
  readonly variations: ReadonlySet<string>;
}

export interface FlagProgram {
  readonly key: string;
  /** Killed, archived or not enabled: the answer to everybody. */
  readonly disabled: Evaluation | undefined;
  /** Undefined when they are missing, circular or too many, and so cannot be met. */
  readonly prerequisites: readonly PrerequisiteProgram[] | undefined;
  readonly prerequisiteFailed: Evaluation;
  readonly rules: readonly RuleProgram[];
  /** The fallthrough when it is the same for everybody: a refusal on the way then says why it was reached. */
  readonly constant: Evaluation | undefined;
  readonly fallthrough: Serving;
}

export interface Program {
  readonly plan: Plan;
  readonly flags: ReadonlyMap<string, FlagProgram>;
}

/** Never throws for a plan of the right shape, be it one that compile() would refuse or one of a newer version. */
export function program(plan: Plan): Program {
  const scope = scopeOf(plan.salt, plan.segments);
  const experiments = new Map<string, ExperimentProgram>();
  for (const experiment of Object.values(plan.experiments)) {
    const { key, allocation, variants } = experiment;
    experiments.set(key, { key, allocation, variants, assign: assignOf(experiment, scope) });
  }
  const flags = new Map<string, Linkable>();
  for (const flag of Object.values(plan.flags)) flags.set(flag.key, flagProgram(flag, scope, experiments));
  linkPrerequisites(plan, flags);
  return { plan, flags };
}

/** A flag program while prerequisites are still being joined to it. */
type Linkable = { -readonly [Member in keyof FlagProgram]: FlagProgram[Member] };

function flagProgram(
  flag: Flag,
  conditions: ConditionScope,
  experiments: ReadonlyMap<string, ExperimentProgram>,
): Linkable {
  const answer = answersOf(flag);
  const scope: ServeScope = { flag, answer, environmentSalt: conditions.environmentSalt, experiments };
  const last = {
    final: false,
    evaluation: answer(flag.offVariation, { reason: "DEFAULT", code: "fallthrough" }),
  };
  const fallthrough = servingOf(flag.fallthrough, undefined, scope) ?? (() => last);
  const isOff = flag.killed || !flag.enabled || flag.status === "archived";
  return {
    key: flag.key,
    disabled: isOff ? answer(flag.offVariation, { reason: "DISABLED", code: "off" }) : undefined,
    prerequisites: [],
    prerequisiteFailed: answer(flag.offVariation, { reason: "DEFAULT", code: "prerequisite_failed" }),
    rules: rulePrograms(flag, conditions, scope),
    constant: constantOf(flag, scope),
    fallthrough,
  };
}

function constantOf(flag: Flag, { answer }: ServeScope): Evaluation | undefined {
  if (!("variation" in flag.fallthrough)) return undefined;
  const reason = flag.rules.length === 0 ? "STATIC" : "DEFAULT";
  return answer(flag.fallthrough.variation, { reason, code: "fallthrough" });
}

/** A rule that this version cannot understand is left out, and evaluation goes on below it. */
function rulePrograms(flag: Flag, conditions: ConditionScope, scope: ServeScope): RuleProgram[] {
  const rules: RuleProgram[] = [];
  for (const rule of flag.rules) {
    const when = matcherOf(rule.when, conditions);
    const serve = servingOf(rule.serve, rule.id, scope);
    if (when !== undefined && serve !== undefined) rules.push({ when, serve });
  }
  return rules;
}

function linkPrerequisites(plan: Plan, flags: ReadonlyMap<string, Linkable>): void {
  const references = new Map<string, readonly string[]>();
  for (const flag of Object.values(plan.flags))
    references.set(
      flag.key,
      flag.prerequisites.map((prerequisite) => prerequisite.flag),
    );
  const { bounded } = expand(references);
  for (const flag of Object.values(plan.flags)) {
    const linked = flags.get(flag.key);
    if (linked === undefined || flag.prerequisites.length === 0) continue;
    const programs: PrerequisiteProgram[] = [];
    for (const prerequisite of flag.prerequisites) {
      const target = flags.get(prerequisite.flag);
      if (target !== undefined) programs.push({ flag: target, variations: new Set(prerequisite.variations) });
    }
    const isWhole = bounded.has(flag.key) && programs.length === flag.prerequisites.length;
    linked.prerequisites = isWhole ? programs : undefined;
  }
}
