import type { Evaluation } from "../protocols/decision.ts";
import type { Flag } from "../protocols/flag.ts";
import { kinds, type Check } from "./check.ts";
import { answersOf } from "./outcomes.ts";
import { ForcedAnswers, type Forced } from "./overrides.ts";
import { servingOf, type ServeScope } from "./serve.ts";
import type { Serving } from "./serving.ts";

export interface PrerequisiteProgram {
  readonly flag: FlagProgram;
  /** Served variations that meet it; whatever made the flag serve them, off included. */
  readonly variations: ReadonlySet<string>;
}

/** `unmet` when they are missing, circular or too many. */
export type Prerequisites = readonly PrerequisiteProgram[] | "unmet" | undefined;

/** What is asked before the rules. Most flags have none of it. */
export interface Guard {
  readonly forced: ForcedAnswers | undefined;
  /** Killed, archived or not enabled: the answer to everybody without an override. */
  readonly disabled: Evaluation | undefined;
  readonly prerequisites: Prerequisites;
  readonly prerequisiteFailed: Evaluation;
}

/** One rule, and the way to the next. The members of an `all` lie open here, which saves two hops to the first of them. */
export class RuleProgram {
  readonly first: Check | undefined;
  readonly second: Check | undefined;
  readonly rest: readonly Check[] | undefined;
  /** What is served when it is the same for everybody. */
  readonly answer: Evaluation | undefined;
  readonly serving: Serving | undefined;
  next: RuleProgram | undefined;

  constructor(when: Check, serving: Serving | Evaluation) {
    const checks = when.kind === kinds.all ? (when.operand as readonly Check[]) : [when];
    this.first = checks[0];
    this.second = checks[1];
    this.rest = checks.length > 2 ? checks.slice(2) : undefined;
    this.answer = "place" in serving ? undefined : serving;
    this.serving = "place" in serving ? serving : undefined;
    this.next = undefined;
  }
}

/** A flag in the form made for speed: on one cache line what every decision reads, behind it what few do. */
export class FlagProgram {
  /** The answer when it is the same for everybody at any time: nothing else is looked at then. */
  constant: Evaluation | undefined;
  guard: Guard | undefined;
  readonly rule: RuleProgram | undefined;
  /** The fallthrough when it is the same for everybody: a refusal on the way then says why it was reached. */
  readonly last: Evaluation | undefined;
  readonly fallthrough: Serving | undefined;
  /** When nothing decided. */
  readonly nothing: Evaluation;

  constructor(
    guard: Guard | undefined,
    rule: RuleProgram | undefined,
    fallthrough: Serving | Evaluation | undefined,
    nothing: Evaluation,
  ) {
    const isConstant = fallthrough !== undefined && !("place" in fallthrough);
    this.guard = guard;
    this.rule = rule;
    this.last = isConstant ? fallthrough : undefined;
    this.fallthrough = isConstant ? undefined : fallthrough;
    this.nothing = nothing;
    this.constant = this.#constant();
  }

  /** Prerequisites come when all flags are there. */
  require(prerequisites: Prerequisites, prerequisiteFailed: Evaluation): void {
    const { forced, disabled } = this.guard ?? { forced: undefined, disabled: undefined };
    this.guard = { forced, disabled, prerequisites, prerequisiteFailed };
    this.constant = this.#constant();
  }

  #constant(): Evaluation | undefined {
    if (this.guard === undefined) return this.rule === undefined ? this.last : undefined;
    return this.guard.forced === undefined ? this.guard.disabled : undefined;
  }
}

/** Rules that are made before a builder lets others run. */
const rulesPerStep = 20;

/** A rule that this version cannot understand is left out, and evaluation goes on below it. */
export function* flagSteps(
  flag: Flag,
  forced: readonly Forced[] | undefined,
  within: Omit<ServeScope, "flag" | "answer">,
): Generator<void, FlagProgram> {
  const answer = answersOf(flag);
  const scope: ServeScope = { ...within, flag, answer };
  let first: RuleProgram | undefined;
  let last: RuleProgram | undefined;
  for (const [index, { id, when, serve }] of flag.rules.entries()) {
    if (index % rulesPerStep === rulesPerStep - 1) yield;
    const check = scope.maker.checkOf(when);
    const serving = check === undefined ? undefined : servingOf(serve, id, scope);
    if (check === undefined || serving === undefined) continue;
    const rule = new RuleProgram(check, serving);
    if (last !== undefined) last.next = rule;
    first ??= rule;
    last = rule;
  }
  const off = flag.offVariation;
  const nothing = answer(off, { reason: "DEFAULT", code: "fallthrough" });
  return new FlagProgram(
    guardOf(forced, scope),
    first,
    servingOf(flag.fallthrough, undefined, scope),
    nothing,
  );
}

export const prerequisiteFailed = (flag: Flag): Evaluation =>
  answersOf(flag)(flag.offVariation, { reason: "DEFAULT", code: "prerequisite_failed" });

/** Without prerequisites, which are joined to it later. */
function guardOf(overrides: readonly Forced[] | undefined, scope: ServeScope): Guard | undefined {
  const { flag, answer } = scope;
  const forced = forcedAnswers(overrides, scope);
  const isOff = flag.killed || !flag.enabled || flag.status === "archived";
  if (forced === undefined && !isOff) return undefined;
  const disabled = answer(flag.offVariation, { reason: "DISABLED", code: "off" });
  return {
    forced,
    disabled: isOff ? disabled : undefined,
    prerequisites: undefined,
    prerequisiteFailed: disabled,
  };
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
