import type { Evaluation } from "../protocols/decision.ts";
import type { Flag } from "../protocols/flag.ts";
import { kinds, type Check } from "./check.ts";
import { answersOf } from "./outcomes.ts";
import type { Forced } from "./overrides.ts";
import { ForcedAnswers } from "./overrides.ts";
import { constantAnswer, servingOf, type ServeScope } from "./serve.ts";
import { ConstantServing, type Serving } from "./serving.ts";

export interface PrerequisiteProgram {
  readonly flag: FlagProgram;
  /** Served variations that meet it; whatever made the flag serve them, off included. */
  readonly variations: ReadonlySet<string>;
}

/** Both conditions hold, and the rest: the members of an `all` lie open here, which saves two hops to the first of them. */
export class RuleProgram {
  readonly first: Check | undefined;
  readonly second: Check | undefined;
  readonly rest: readonly Check[] | undefined;
  /** What is served when it is the same for everybody. */
  readonly answer: Evaluation | undefined;
  readonly serving: Serving;

  constructor(when: Check, serving: Serving) {
    const checks = when.kind === kinds.all ? (when.operand as readonly Check[]) : [when];
    this.first = checks[0];
    this.second = checks[1];
    this.rest = checks.length > 2 ? checks.slice(2) : undefined;
    this.answer = serving instanceof ConstantServing ? serving.answer() : undefined;
    this.serving = serving;
  }
}

type FlagParts = Omit<FlagProgram, "constant" | "prerequisites" | "require">;

export type Prerequisites = readonly PrerequisiteProgram[] | "unmet" | undefined;

/** A flag in the form made for speed. All have the same shape; what a flag does not use is undefined or empty. */
export class FlagProgram {
  readonly key: string;
  /** The answer when it is the same for everybody at any time: nothing else is looked at then. */
  constant: Evaluation | undefined;
  readonly forced: ForcedAnswers | undefined;
  /** Killed, archived or not enabled: the answer to everybody without an override. */
  readonly disabled: Evaluation | undefined;
  /** Undefined when there are none; `unmet` when they are missing, circular or too many. */
  prerequisites: Prerequisites;
  readonly prerequisiteFailed: Evaluation;
  readonly rules: readonly RuleProgram[];
  /** The fallthrough when it is the same for everybody: a refusal on the way then says why it was reached. */
  readonly last: Evaluation | undefined;
  readonly fallthrough: Serving | undefined;
  /** When nothing decided. */
  readonly nothing: Evaluation;

  constructor(parts: FlagParts) {
    this.key = parts.key;
    this.forced = parts.forced;
    this.disabled = parts.disabled;
    this.prerequisites = undefined;
    this.prerequisiteFailed = parts.prerequisiteFailed;
    this.rules = parts.rules;
    this.last = parts.last;
    this.fallthrough = parts.fallthrough;
    this.nothing = parts.nothing;
    this.constant = this.#constant();
  }

  /** Prerequisites come when all flags are there. */
  require(prerequisites: Prerequisites): void {
    this.prerequisites = prerequisites;
    this.constant = this.#constant();
  }

  #constant(): Evaluation | undefined {
    if (this.forced !== undefined) return undefined;
    if (this.disabled !== undefined) return this.disabled;
    return this.prerequisites === undefined && this.rules.length === 0 ? this.last : undefined;
  }
}

/** Rules that are made before a builder lets others run. */
const rulesPerStep = 50;

/** A rule that this version cannot understand is left out, and evaluation goes on below it. */
export function* flagSteps(
  flag: Flag,
  forced: readonly Forced[] | undefined,
  within: Omit<ServeScope, "flag" | "answer">,
): Generator<void, FlagProgram> {
  const answer = answersOf(flag);
  const scope: ServeScope = { ...within, flag, answer };
  const rules: RuleProgram[] = [];
  for (const [index, rule] of flag.rules.entries()) {
    const check = scope.maker.checkOf(rule.when);
    const serving = check === undefined ? undefined : servingOf(rule.serve, rule.id, scope);
    if (check !== undefined && serving !== undefined) rules.push(new RuleProgram(check, serving));
    if (index % rulesPerStep === rulesPerStep - 1) yield;
  }
  const isOff = flag.killed || !flag.enabled || flag.status === "archived";
  const off = flag.offVariation;
  const last = constantAnswer(flag.fallthrough, undefined, scope);
  return new FlagProgram({
    key: flag.key,
    forced: forcedAnswers(forced, scope),
    disabled: isOff ? answer(off, { reason: "DISABLED", code: "off" }) : undefined,
    prerequisiteFailed: answer(off, { reason: "DEFAULT", code: "prerequisite_failed" }),
    rules,
    last,
    fallthrough: last === undefined ? servingOf(flag.fallthrough, undefined, scope) : undefined,
    nothing: answer(off, { reason: "DEFAULT", code: "fallthrough" }),
  });
}

/** Reason STATIC, as for other answers that no rule made: somebody wrote down what this unit gets. */
function forcedAnswers(
  forced: readonly Forced[] | undefined,
  { flag, answer }: ServeScope,
): ForcedAnswers | undefined {
  const answers = new ForcedAnswers();
  const known = new Set<string>(flag.variations.map(({ key }) => key));
  const fitting = (forced ?? []).filter(({ variation }) => known.has(variation));
  for (const { unit, variation, expiresAt, experiment, variant } of fitting)
    answers.add(unit, {
      expiresAt,
      evaluation: answer(variation, { reason: "STATIC", code: "override", experiment, variant }),
    });
  return fitting.length === 0 ? undefined : answers;
}
