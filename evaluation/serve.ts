import type { Evaluation, EvaluationContext } from "../protocols/decision.ts";
import type { Flag, Serve } from "../protocols/flag.ts";
import { bucketCount, splitSalt } from "./bucket.ts";
import { refusalCodes, type Assign, type RefusalCode } from "./experiment.ts";
import type { Answer } from "./outcomes.ts";
import { chooser } from "./split.ts";

/**
 * What a rule or the fallthrough came to. Not final: its experiment refused and named no other variation, so evaluation
 * goes on below; should nothing else decide, this is the answer.
 */
export interface Outcome {
  readonly final: boolean;
  readonly evaluation: Evaluation;
}

export type Serving = (context: EvaluationContext) => Outcome;

/** An experiment of the plan, ready to assign. */
export interface ExperimentProgram {
  readonly key: string;
  readonly allocation: number;
  readonly variants: readonly { readonly key: string; readonly variation: string; readonly weight: number }[];
  readonly assign: Assign;
}

export interface ServeScope {
  readonly flag: Flag;
  readonly answer: Answer;
  readonly environmentSalt: string;
  readonly experiments: ReadonlyMap<string, ExperimentProgram>;
}

/** Undefined for a form of serving that a newer version knows, or an experiment the plan lacks. `ruleId` is absent in a fallthrough. */
export function servingOf(serve: Serve, ruleId: string | undefined, scope: ServeScope): Serving | undefined {
  if ("variation" in serve) return variationServing(serve.variation, ruleId, scope);
  if ("split" in serve) return splitServing(serve.split, ruleId, scope);
  if (!("experiment" in serve)) return undefined;
  const experiment = scope.experiments.get(serve.experiment);
  return experiment === undefined ? undefined : experimentServing(experiment, serve.otherwise, ruleId, scope);
}

function variationServing(
  variation: string,
  ruleId: string | undefined,
  { flag, answer }: ServeScope,
): Serving {
  const outcome =
    ruleId === undefined
      ? decided(
          answer(variation, { reason: flag.rules.length === 0 ? "STATIC" : "DEFAULT", code: "fallthrough" }),
        )
      : decided(answer(variation, { reason: "TARGETING_MATCH", code: "rule_match", ruleId }));
  return () => outcome;
}

function splitServing(
  parts: readonly { readonly variation: string; readonly weight: number }[],
  ruleId: string | undefined,
  { flag, answer, environmentSalt }: ServeScope,
): Serving {
  const choose = chooser(splitSalt(environmentSalt, flag), parts);
  const outcomes = parts.map(({ variation, weight }) =>
    decided(answer(variation, { reason: "SPLIT", code: "split", ruleId, propensity: weight / bucketCount })),
  );
  // Only weights that do not add up leave a unit over, and compile() refuses those.
  const nobody = undecided(answer(flag.offVariation, { reason: "DEFAULT", code: "fallthrough" }));
  return ({ unitId }) => {
    const index = choose(unitId);
    return (index === undefined ? undefined : outcomes[index]) ?? nobody;
  };
}

/**
 * Propensities: a variant's is its weight times the allocation, the chance before any hashing; a unit outside the
 * allocation was left out by the same chance, so its answer carries the rest. Both suppose that the experiment was reached.
 */
function experimentServing(
  { key, allocation, variants, assign }: ExperimentProgram,
  otherwise: string | undefined,
  ruleId: string | undefined,
  { flag, answer }: ServeScope,
): Serving {
  const share = allocation / bucketCount;
  const assigned = variants.map(({ key: variant, variation, weight }) => {
    const propensity = (weight / bucketCount) * share;
    const because = {
      reason: "SPLIT",
      code: "experiment_assigned",
      ruleId,
      experiment: key,
      variant,
      propensity,
    } as const;
    return decided(answer(variation, because));
  });
  const below = "variation" in flag.fallthrough ? flag.fallthrough.variation : flag.offVariation;
  const refuse = (code: RefusalCode): Outcome => {
    const propensity = code === "outside_traffic_allocation" ? 1 - share : undefined;
    return otherwise === undefined
      ? undecided(answer(below, { reason: "DEFAULT", code, propensity }))
      : decided(answer(otherwise, { reason: "DEFAULT", code, ruleId, propensity }));
  };
  const refused = new Map(refusalCodes.map((code) => [code, refuse(code)]));
  const none = refuse("no_variants");
  return (context) => {
    const place = assign(context);
    return (typeof place === "number" ? assigned[place] : refused.get(place)) ?? none;
  };
}

const decided = (evaluation: Evaluation): Outcome => ({ final: true, evaluation });
const undecided = (evaluation: Evaluation): Outcome => ({ final: false, evaluation });
