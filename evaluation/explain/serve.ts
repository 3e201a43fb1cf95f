import type { DecisionCode, Evaluation } from "../../protocols/decision.ts";
import type { Flag, Rollout, Serve } from "../../protocols/flag.ts";
import type { HashRecipe } from "../../protocols/hash-recipe.ts";
import type { DrawTrace, ServeTrace } from "../../protocols/trace.ts";
import { bucketCount, splitSalt } from "../bucket.ts";
import { chanceOf, refusalChance } from "../propensity.ts";
import { codeOf } from "../refusal.ts";
import { rolloutOf, shareAt } from "../rollout.ts";
import { constantOf } from "../serve.ts";
import { recipeSpansOf, spansOf, widthOf } from "../shares.ts";
import { explainExperiment } from "./experiment.ts";
import { bucketDraw, entity, recipeDraw, type Drawn, type Scope } from "./scope.ts";

/** What an answer says beside flag, variation and value. */
export type Said = Pick<
  Evaluation,
  "reason" | "code" | "ruleId" | "experiment" | "variant" | "propensity" | "shadow"
>;

/** An answer, or why there is none: the code and chance of a refusal that may still become the last word. */
export type Served =
  | { readonly kind: "answer"; readonly variation: string; readonly said: Said }
  | { readonly kind: "refused"; readonly code: DecisionCode; readonly propensity?: number | undefined }
  | { readonly kind: "passed_on" };

export interface ServeExplanation {
  readonly trace: ServeTrace;
  readonly served: Served;
}

interface Place {
  readonly flag: Flag;
  readonly ruleId: string | undefined;
  readonly scope: Scope;
}

/** Undefined for a form that a newer version knows, or an experiment that the plan lacks. */
export function explainServe(
  serve: Serve,
  flag: Flag,
  ruleId: string | undefined,
  scope: Scope,
): ServeExplanation | undefined {
  if (typeof serve !== "object" || serve === null) return undefined;
  const place: Place = { flag, ruleId, scope };
  const constant = constantOf(serve);
  if (constant !== undefined) return explainConstant(constant, place);
  if ("split" in serve) return explainSplit(serve, place);
  if ("rollout" in serve) return explainRollout(serve.rollout, place);
  return "experiment" in serve ? explainAssignment(serve, place) : undefined;
}

const ruled = (ruleId: string | undefined): { readonly ruleId?: string } =>
  ruleId === undefined ? {} : { ruleId };

function explainConstant(
  { variation, shadow }: { readonly variation: string; readonly shadow?: string },
  { flag, ruleId }: Place,
): ServeExplanation {
  const named = shadow === undefined ? {} : { shadow };
  const said: Said =
    ruleId === undefined
      ? { reason: flag.rules.length === 0 ? "STATIC" : "DEFAULT", code: "fallthrough", ...named }
      : { reason: "TARGETING_MATCH", code: "rule_match", ruleId, ...named };
  return {
    trace: { serve: "variation", variation, ...named },
    served: { kind: "answer", variation, said },
  };
}

const dealt = (hash: HashRecipe | undefined, { flag, scope }: Place): Drawn | undefined =>
  hash === undefined ? bucketDraw(splitSalt(scope.plan.salt, flag), scope) : recipeDraw(hash, scope);

function explainSplit(
  { split, hash }: Extract<Serve, { split: unknown }>,
  place: Place,
): ServeExplanation | undefined {
  const drawn = dealt(hash, place);
  if (drawn === undefined || !Array.isArray(split)) return undefined;
  const { at } = drawn;
  const spans = hash === undefined ? spansOf(split) : recipeSpansOf(split);
  const parts = spans.map(({ from, to, place: index }) => ({
    variation: split[index]?.variation ?? "",
    from,
    to,
  }));
  const owner = at === undefined ? undefined : spans.find(({ from, to }) => at >= from && at < to);
  const part = owner === undefined ? undefined : split[owner.place];
  const trace = { serve: "split", draw: drawn.trace, parts } as const;
  if (at === undefined) return { trace, served: { kind: "refused", code: "no_key" } };
  if (part === undefined) return { trace, served: { kind: "passed_on" } };
  const propensity = hash === undefined ? part.weight / bucketCount : widthOf(part);
  return {
    trace: { ...trace, variation: part.variation },
    served: splitAnswer(part.variation, propensity, place),
  };
}

const splitAnswer = (variation: string, propensity: number, { ruleId }: Place): Served => ({
  kind: "answer",
  variation,
  said: { reason: "SPLIT", code: "split", ...ruled(ruleId), propensity },
});

function explainRollout(value: Rollout, place: Place): ServeExplanation | undefined {
  const rollout = rolloutOf(value);
  const drawn = rollout === undefined ? undefined : dealt(rollout.hash, place);
  if (rollout === undefined || drawn === undefined) return undefined;
  const share = shareAt(rollout, place.scope.context.now);
  const { at } = drawn;
  const limit = rollout.hash === undefined ? share : share / bucketCount;
  const inside = at !== undefined && at < limit;
  const variation = inside ? rollout.variation : rollout.otherwise;
  const trace = rolloutTrace(share, drawn.trace, inside, variation);
  if (at === undefined)
    return {
      trace,
      served:
        variation === undefined
          ? { kind: "refused", code: "no_key" }
          : {
              kind: "answer",
              variation,
              said: { reason: "DEFAULT", code: "no_key", ...ruled(place.ruleId) },
            },
    };
  if (variation === undefined) return { trace, served: { kind: "passed_on" } };
  const propensity = (inside ? share : bucketCount - share) / bucketCount;
  return { trace, served: splitAnswer(variation, propensity, place) };
}

const rolloutTrace = (
  share: number,
  draw: DrawTrace,
  inside: boolean,
  variation: string | undefined,
): ServeTrace => ({
  serve: "rollout",
  share,
  draw,
  inside,
  ...(variation === undefined ? {} : { variation }),
});

function explainAssignment(
  { experiment: key, otherwise }: Extract<Serve, { experiment: unknown }>,
  { ruleId, scope }: Place,
): ServeExplanation | undefined {
  const experiment = entity(scope.plan.experiments, key);
  if (experiment === undefined) return undefined;
  const { place, checks } = explainExperiment(experiment, scope);
  const trace: Extract<ServeTrace, { serve: "experiment" }> = {
    serve: "experiment",
    experiment: key,
    checks: [...checks],
  };
  const variant = experiment.variants[place];
  if (variant !== undefined) {
    const { variation } = variant;
    const propensity = chanceOf(experiment, place);
    const said: Said = {
      reason: "SPLIT",
      code: "experiment_assigned",
      ...ruled(ruleId),
      experiment: key,
      variant: variant.key,
      propensity,
    };
    return { trace: { ...trace, variation }, served: { kind: "answer", variation, said } };
  }
  const code = codeOf(place);
  const propensity = refusalChance(experiment, place, scope.plan);
  const chance = propensity === undefined ? {} : { propensity };
  if (otherwise === undefined)
    return { trace: { ...trace, refusal: code }, served: { kind: "refused", code, ...chance } };
  return {
    trace: { ...trace, refusal: code, variation: otherwise },
    served: {
      kind: "answer",
      variation: otherwise,
      said: { reason: "DEFAULT", code, ...ruled(ruleId), ...chance },
    },
  };
}
