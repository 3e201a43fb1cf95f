import type { Evaluation } from "../protocols/decision.ts";
import type { PublishedExperiment } from "../protocols/experiment.ts";
import type { Flag, Rollout, Serve } from "../protocols/flag.ts";
import type { HashRecipe } from "../protocols/hash-recipe.ts";
import type { Json } from "../protocols/json.ts";
import type { Plan } from "../protocols/plan.ts";
import { bucketCount, splitSalt } from "./bucket.ts";
import type { CheckMaker } from "./conditions.ts";
import type { ExperimentProgram } from "./experiment.ts";
import { placeOf, type Place } from "./hash-profiles/place.ts";
import { recipeOf } from "./hash-profiles/recipe.ts";
import { memberOf } from "./attribute.ts";
import type { Answer } from "./outcomes.ts";
import type { PreloadedSalt } from "./preloaded-salt.ts";
import { chanceOf, refusalChance } from "./propensity.ts";
import { codeOf } from "./refusal.ts";
import { rolloutOf } from "./rollout.ts";
import { ExperimentServing, HalvesServing, RolloutServing, SplitServing, type Serving } from "./serving.ts";
import { Positions, recipeSpansOf, Shares, spansOf, widthOf } from "./shares.ts";

/** What a flag's servings are made of. */
export interface ServeScope {
  readonly plan: Plan;
  readonly flag: Flag;
  readonly answer: Answer;
  readonly maker: CheckMaker;
  readonly experiments: ReadonlyMap<string, ExperimentProgram>;
}

/**
 * An answer when everybody gets the same. Undefined for a form that a newer version knows, or what the plan lacks.
 * `ruleId` is absent in a fallthrough.
 */
export function servingOf(
  serve: Serve,
  ruleId: string | undefined,
  scope: ServeScope,
): Serving | Evaluation | undefined {
  if (typeof serve !== "object" || serve === null) return undefined;
  const constant = constantAnswer(serve, ruleId, scope);
  if (constant !== undefined) return constant;
  if ("split" in serve) return splitServing(serve, ruleId, scope);
  if ("rollout" in serve) return rolloutServing(serve.rollout, ruleId, scope);
  if (!("experiment" in serve)) return undefined;
  return experimentServing(serve.experiment, serve.otherwise, ruleId, scope);
}

/** A variation, or one with a shadow. */
function constantAnswer(
  serve: Serve,
  ruleId: string | undefined,
  { flag, answer }: ServeScope,
): Evaluation | undefined {
  const constant = constantOf(serve);
  if (constant === undefined) return undefined;
  const { variation, shadow } = constant;
  if (ruleId !== undefined)
    return answer(variation, { reason: "TARGETING_MATCH", code: "rule_match", ruleId, shadow });
  return answer(variation, {
    reason: flag.rules.length === 0 ? "STATIC" : "DEFAULT",
    code: "fallthrough",
    shadow,
  });
}

interface Constant {
  readonly variation: string;
  readonly shadow?: string;
}

export function constantOf(serve: Serve): Constant | undefined {
  if ("variation" in serve) return { variation: serve.variation };
  if (!("shadow" in serve)) return undefined;
  const shadow: Partial<typeof serve.shadow> | null = serve.shadow;
  return typeof shadow?.variation === "string" && typeof shadow.candidate === "string"
    ? { variation: shadow.variation, shadow: shadow.candidate }
    : undefined;
}

/** What deals the flag's units: its own salt, or a recipe. Undefined for a recipe that this version does not know. */
function dealerOf(
  hash: HashRecipe | undefined,
  { maker, flag }: ServeScope,
): { readonly salt?: PreloadedSalt; readonly recipe?: Place } | undefined {
  if (hash === undefined) return { salt: maker.saltOf(splitSalt(maker.environmentSalt, flag)) };
  const recipe = recipeOf(hash as unknown as Json);
  return recipe === undefined ? undefined : { recipe: placeOf(recipe) };
}

function splitServing(
  { split, hash }: Extract<Serve, { split: unknown }>,
  ruleId: string | undefined,
  scope: ServeScope,
): Serving | undefined {
  const dealer = dealerOf(hash, scope);
  if (dealer === undefined || !Array.isArray(split)) return undefined;
  const answers = split.map((part) => {
    const propensity = hash === undefined ? part.weight / bucketCount : widthOf(part);
    return scope.answer(part.variation, { reason: "SPLIT", code: "split", ruleId, propensity });
  });
  const withoutKey = belowAnswer(scope, { code: "no_key" });
  const { salt, recipe: place } = dealer;
  if (place !== undefined)
    return new SplitServing(
      { kind: "recipe", place, positions: new Positions(recipeSpansOf(split)) },
      answers,
      withoutKey,
    );
  if (salt === undefined) return undefined;
  const [first, second] = answers;
  const end = split[0]?.weight ?? 0;
  const isHalves = split.length === 2 && end + (split[1]?.weight ?? 0) === bucketCount;
  if (isHalves && first !== undefined && second !== undefined)
    return new HalvesServing(salt, end, first, second);
  return new SplitServing({ kind: "salt", salt, shares: new Shares(spansOf(split)) }, answers, withoutKey);
}

function rolloutServing(value: Rollout, ruleId: string | undefined, scope: ServeScope): Serving | undefined {
  const rollout = rolloutOf(value);
  const dealer = dealerOf(rollout?.hash, scope);
  if (rollout === undefined || dealer === undefined) return undefined;
  const { variation, otherwise } = rollout;
  const side = (isIn: boolean, share: number): Evaluation | undefined => {
    const propensity = (isIn ? share : bucketCount - share) / bucketCount;
    const served = isIn ? variation : otherwise;
    if (served === undefined) return undefined;
    return scope.answer(served, { reason: "SPLIT", code: "split", ruleId, propensity });
  };
  const withoutKey =
    otherwise === undefined
      ? { final: false, evaluation: belowAnswer(scope, { code: "no_key" }) }
      : { final: true, evaluation: scope.answer(otherwise, { reason: "DEFAULT", code: "no_key", ruleId }) };
  return new RolloutServing(rollout, dealer, side, withoutKey);
}

function experimentServing(
  key: string,
  otherwise: string | undefined,
  ruleId: string | undefined,
  scope: ServeScope,
): Serving | undefined {
  const { plan, answer } = scope;
  const program = scope.experiments.get(key);
  const experiment = memberOf(plan.experiments, key) as PublishedExperiment | undefined;
  if (program === undefined || experiment === undefined) return undefined;
  const assigned = experiment.variants.map((variant, place) =>
    answer(variant.variation, {
      reason: "SPLIT",
      code: "experiment_assigned",
      ruleId,
      experiment: key,
      variant: variant.key,
      propensity: chanceOf(experiment, place),
    }),
  );
  const refuse = (place: number): Evaluation => {
    const because = { code: codeOf(place), propensity: refusalChance(experiment, place, plan) };
    return otherwise === undefined
      ? belowAnswer(scope, because)
      : answer(otherwise, { reason: "DEFAULT", ruleId, ...because });
  };
  return new ExperimentServing(program, assigned, refuse, otherwise !== undefined);
}

/** What is served when a refusal is the last word: the fallthrough's variation if it has one for all, else off. */
function belowAnswer(
  { flag, answer }: ServeScope,
  because: { readonly code: Evaluation["code"]; readonly propensity?: number | undefined },
): Evaluation {
  const below = constantOf(flag.fallthrough);
  return answer(below?.variation ?? flag.offVariation, {
    reason: "DEFAULT",
    shadow: below?.shadow,
    ...because,
  });
}
