import type { z } from "zod";
import type { Condition } from "../../../protocols/condition.ts";
import type { Rule } from "../../../protocols/flag.ts";
import type { Json } from "../../../protocols/json.ts";
import { allOf, inList } from "../conditions.ts";
import { sharesOf } from "../shares.ts";
import type { Variations } from "../variations.ts";
import type { Feature, Strategy, Variant } from "./features.ts";
import { recipesFor, type StrategyScope } from "./strategy.ts";

// Unleash asks two things of a feature: is it on, and which variant. Here these are two flags, and the second needs the
// first: `feature`, a boolean, and `feature.variant`, whose values are the variants' names and payloads.

/** The seed of variants, as Unleash chose it; rollouts have none. */
const variantSeed = 86_028_157;

export type VariantRule = z.input<typeof Rule>;

export const disabledVariant: Json = { name: "disabled" };

export function variantValue({ name, payload }: Variant): Json {
  return payload === null || payload === undefined
    ? { name }
    : { name, payload: { type: payload.type, value: payload.value } };
}

/** The lists of variants that a feature may choose from: each strategy's own, else the feature's. */
export const variantLists = (feature: Feature): (readonly Variant[])[] =>
  [feature.variants ?? [], ...(feature.strategies ?? []).map(({ variants }) => variants ?? [])].filter(
    (variants) => variants.length > 0,
  );

/** For units that a strategy (or, without any, the feature) lets in. */
export function variantRules(
  feature: Feature,
  strategy: Strategy | undefined,
  when: Condition,
  id: string,
  variations: Variations,
  scope: StrategyScope,
): VariantRule[] {
  const own = strategy?.variants ?? [];
  const variants = own.length > 0 ? own : (feature.variants ?? []);
  if (variants.length === 0) return [{ id, when, serve: { variation: variations.keyOf(disabledVariant) } }];
  const groupId = own.length > 0 ? String(strategy?.parameters?.["groupId"] ?? feature.name) : feature.name;
  const keys = variations.keysOf(variants.map(variantValue));
  const overrides = own.length > 0 ? [] : overrideRules(variants, keys, when, id, scope);
  const total = variants.reduce((sum, { weight }) => sum + weight, 0);
  if (!(total > 0))
    return [...overrides, { id, when, serve: { variation: variations.keyOf(disabledVariant) } }];
  const weighted = variants.findIndex(({ weight }) => weight === total);
  if (weighted >= 0) return [...overrides, { id, when, serve: { variation: keys[weighted] as string } }];
  const inherited = own.length > 0 ? strategy?.parameters?.["stickiness"] : undefined;
  const stickiness = variants[0]?.stickiness ?? String(inherited ?? "default");
  const shares = sharesOf(variants.map(({ weight }) => weight));
  let below = 0;
  const split = variants.map(({ weight }, index) => {
    // Positions count from 1: those above what came before, up to and with the sum.
    const from = Math.min((below + 1) / total, 1);
    const range = { from, to: weight > 0 ? (below + weight + 1) / total : from };
    below += weight;
    return {
      variation: keys[index] as string,
      weight: shares[index] as number,
      range,
    };
  });
  if (stickiness === "random")
    scope.notes.changed("variants", "chance decides each time there; here a unit keeps what it got");
  const recipes = recipesFor(
    groupId,
    variantSeed,
    total,
    stickiness === "random" ? "default" : stickiness,
    scope,
  );
  // A unit that the first recipe cannot place goes on to the second.
  const rules = recipes.map((hash, index) => ({
    id: index === 0 ? id : `${id}-else`,
    when,
    serve: { split, hash },
  }));
  return [...overrides, ...rules];
}

function overrideRules(
  variants: readonly Variant[],
  keys: readonly string[],
  when: Condition,
  id: string,
  scope: StrategyScope,
): VariantRule[] {
  return variants.flatMap((variant, index) =>
    (variant.overrides ?? []).map(({ contextName, values }, place) => {
      const listed =
        contextName === scope.keyAttribute
          ? scope.lists.condition(values)
          : inList(contextName, "text_in", values);
      return {
        id: `${id}-override-${index}-${place}`,
        when: allOf([when, listed]),
        serve: { variation: keys[index] as string },
      };
    }),
  );
}
