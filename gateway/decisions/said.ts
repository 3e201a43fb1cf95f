import type { DecisionRecord } from "../../protocols/decision-log.ts";
import type { Evaluation } from "../../protocols/decision.ts";
import { holdoutsFor } from "../../evaluation/holdouts.ts";
import { holdoutCodes } from "../../protocols/holdout-codes.ts";
import type { LivePlan } from "../live-plan.ts";

/** What is said of one answer of a plan, made when it is first given: evaluation gives the same object every time. */
export interface Said {
  /** The decision's JSON up to its id. */
  readonly text: string;
  /** The decision log's line from the flag on; undefined when nobody studies it, and nothing is written. */
  readonly line: string | undefined;
  /** An experiment dealt it: the answer waits for the log, whatever its mode. */
  readonly assigned: boolean;
}

export function saidOf(plan: LivePlan, evaluation: Evaluation): Said {
  const known = plan.said.get(evaluation);
  if (known !== undefined) return known;
  const shown = plan.stale ? { ...evaluation, reason: "STALE" } : evaluation;
  const said: Said = {
    text: `${JSON.stringify(shown).slice(0, -1)},"configVersion":${plan.version},"decisionId":"`,
    line: lineOf(plan, evaluation),
    assigned: evaluation.code === "experiment_assigned",
  };
  plan.said.set(evaluation, said);
  return said;
}

function lineOf(plan: LivePlan, evaluation: Evaluation): string | undefined {
  const { flagKey, variation, reason, code, ruleId, experiment, variant, propensity, shadow } = evaluation;
  const isStudied = experiment !== undefined || shadow !== undefined || isOfHoldout(plan, evaluation);
  if (!isStudied || variation === undefined) return undefined;
  const phase = experiment === undefined ? undefined : plan.experiments.get(experiment)?.phase;
  const record: Omit<DecisionRecord, "id" | "at" | "unit"> = {
    flag: flagKey,
    variation,
    reason,
    code,
    ...(ruleId === undefined ? {} : { rule: ruleId }),
    ...(experiment === undefined ? {} : { experiment }),
    ...(phase === undefined ? {} : { phase }),
    ...(variant === undefined ? {} : { variant }),
    ...(propensity === undefined ? {} : { propensity }),
    ...(shadow === undefined ? {} : { shadow }),
    version: plan.version,
  };
  return JSON.stringify(record).slice(1);
}

/** Who was held out is known from here only, and who was asked and was not is whom they are compared with. */
const isOfHoldout = ({ plan }: LivePlan, { flagKey, code }: Evaluation): boolean =>
  holdoutCodes.some((each) => each === code) &&
  Object.values(plan.experiments).some(
    (experiment) => experiment.flag === flagKey && holdoutsFor(experiment, plan).length > 0,
  );
