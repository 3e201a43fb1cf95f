import type { z } from "zod";
import type { Condition } from "../../../protocols/condition.ts";
import type { Experiment } from "../../../protocols/experiment.ts";
import type { Rule as WeirRule } from "../../../protocols/flag.ts";
import type { Json } from "../../../protocols/json.ts";
import { allOf, always, inHashRange, never, notOf } from "../conditions.ts";
import { experimentOf } from "../entities.ts";
import { partKeys } from "../keys.ts";
import { sharesOf } from "../shares.ts";
import type { Variations } from "../variations.ts";
import type { ConditionScope } from "./scope.ts";
import type { Payload, Rule } from "./payload.ts";
import { bucketRanges, rangeOf, recipeFor, upTo } from "./ranges.ts";

export interface FeatureScope extends ConditionScope {
  readonly id: string;
  readonly key: string;
  readonly variations: Variations;
  readonly bandits: NonNullable<Payload["contextualBandits"]>;
  /** Key of the experiment that a rule of this key becomes; undefined when experiments become splits. */
  readonly experimentKey: ((name: string) => string) | undefined;
  readonly metric: string | undefined;
}

export type RuleInput = z.input<typeof WeirRule>;

export interface Translated {
  readonly rules: RuleInput[];
  readonly experiments: readonly Experiment[];
}

/** The arms of an experiment rule: a bandit's stand elsewhere. */
export const armsOf = (rule: Rule): readonly Json[] | undefined =>
  rule.variations ?? rule.contextualVariations;

const isForced = (rule: Rule): boolean => "force" in rule;
export const decides = (rule: Rule): boolean => isForced(rule) || armsOf(rule) !== undefined;

export function rulesOf(rules: readonly Rule[], scope: FeatureScope): Translated {
  const translated: RuleInput[] = [];
  const experiments: Experiment[] = [];
  const ids = partKeys(
    rules.map((rule) => rule.id ?? rule.key ?? ""),
    "rule",
  );
  for (const [index, rule] of rules.entries()) {
    const path = `features.${scope.id}.rules[${index}]`;
    const id = ids[index] as string;
    const when = whenOf(rule, path, scope);
    if (isForced(rule)) {
      const forced = allOf([when, rolloutOf(rule, path, scope)]);
      translated.push({ id, when: forced, serve: { variation: scope.variations.keyOf(rule.force ?? null) } });
      continue;
    }
    for (const part of experimentRules(rule, id, when, path, scope)) {
      translated.push(part.rule);
      if (part.experiment !== undefined) experiments.push(part.experiment);
    }
  }
  return { rules: translated, experiments };
}

function whenOf(rule: Rule, path: string, scope: FeatureScope): Condition {
  const parts: Condition[] = [];
  if (rule.condition !== undefined) parts.push(scope.condition(rule.condition, `${path}.condition`, scope));
  const attribute = rule.hashAttribute ?? "id";
  if (rule.filters !== undefined)
    for (const [index, filter] of rule.filters.entries()) {
      const { attribute: filtered = "id", hashVersion = 2, seed, ranges } = filter;
      const recipe = recipeFor(hashVersion, seed, filtered, scope.keyAttribute);
      if (recipe === undefined) unknownVersion(`${path}.filters[${index}]`, hashVersion, scope);
      parts.push(recipe === undefined ? never : inHashRange(recipe, ranges.map(rangeOf)));
    }
  else if (rule.namespace !== undefined && !isForced(rule)) {
    const [name, from, to] = rule.namespace;
    const recipe = recipeFor(1, `__${name}`, attribute, scope.keyAttribute);
    if (recipe !== undefined) parts.push(inHashRange(recipe, [{ from, to }]));
  }
  for (const name of ["urlPatterns", "url"] as const)
    if (rule[name] !== undefined)
      scope.notes.refuse(`${path}.${name}`, "targets pages by their address, which no context holds");
  if (rule.fallbackAttribute !== undefined && rule.fallbackAttribute !== attribute)
    scope.notes.changed(
      `${path}.fallbackAttribute`,
      `units without ${attribute} are not in; a recipe hashes one attribute`,
    );
  return allOf(parts);
}

/** The share of a forced rule. Its upper bound is included there. */
function rolloutOf(rule: Rule, path: string, scope: FeatureScope): Condition {
  const { range, coverage, hashVersion = 1 } = rule;
  if (range === undefined && coverage === undefined) return always;
  if (range === undefined && coverage === 0) return never;
  const recipe = recipeFor(
    hashVersion,
    rule.seed ?? scope.id,
    rule.hashAttribute ?? "id",
    scope.keyAttribute,
  );
  if (recipe?.profile !== "growthbook") return unknownVersion(path, hashVersion, scope);
  return inHashRange(recipe, [range === undefined ? upTo(coverage ?? 1, recipe.version) : rangeOf(range)]);
}

function unknownVersion(path: string, version: number, { notes }: FeatureScope): Condition {
  notes.changed(
    `${path}.hashVersion`,
    `GrowthBook knows no hash version ${version}, so the rule never applies, as there`,
  );
  return never;
}

interface ExperimentRule {
  readonly rule: RuleInput;
  readonly experiment?: Experiment;
}

/** One rule, or for a contextual bandit one for each of its leaves. */
function experimentRules(
  rule: Rule,
  id: string,
  when: Condition,
  path: string,
  scope: FeatureScope,
): ExperimentRule[] {
  const arms = armsOf(rule);
  if (arms === undefined || arms.length < 2 || rule.active === false) return [];
  const leaves =
    rule.variations === undefined && rule.contextualBanditRef !== undefined
      ? scope.bandits[rule.contextualBanditRef]?.contexts
      : undefined;
  if (leaves === undefined) return [experimentRule(rule, arms, rule.weights, id, when, path, scope)].flat();
  scope.notes.changed(
    `${path}.contextualBanditRef`,
    "the bandit's weights stay as they are in the file; GrowthBook would go on learning",
  );
  const rules: ExperimentRule[] = [];
  let above: Condition = always;
  for (const [index, leaf] of leaves.entries()) {
    const fits = scope.condition(leaf.condition ?? {}, `${path}.contexts[${index}].condition`, scope);
    const inLeaf = allOf([when, above, fits]);
    rules.push(...experimentRule(rule, arms, leaf.weights, `${id}-leaf-${index}`, inLeaf, path, scope));
    above = allOf([above, notOf(fits)]);
  }
  rules.push(...experimentRule(rule, arms, rule.weights, `${id}-else`, allOf([when, above]), path, scope));
  return rules;
}

function experimentRule(
  rule: Rule,
  arms: readonly Json[],
  weights: readonly number[] | undefined,
  id: string,
  when: Condition,
  path: string,
  scope: FeatureScope,
): ExperimentRule[] {
  const name = rule.key ?? scope.id;
  const { hashVersion = 1 } = rule;
  const hash = recipeFor(hashVersion, rule.seed ?? name, rule.hashAttribute ?? "id", scope.keyAttribute);
  if (hash === undefined) {
    unknownVersion(path, hashVersion, scope);
    return [];
  }
  const ranges = rule.ranges?.map(rangeOf) ?? bucketRanges(arms.length, rule.coverage, weights);
  const keys = scope.variations.keysOf(arms);
  // An arm that passes through is out of this experiment: evaluation goes on below it, as for a unit in no range.
  const kept = ranges
    .slice(0, arms.length)
    .map((range, index) => ({ index, variation: keys[index] as string, range }))
    .filter(({ index }) => rule.meta?.[index]?.passthrough !== true);
  if (kept.length === 0) return [];
  const shares = sharesOf(kept.map(({ range }) => Math.max(range.to - range.from, 0)));
  const isWhole = kept.length === arms.length && rule.contextualBanditRef === undefined;
  if (scope.experimentKey === undefined || scope.metric === undefined || !isWhole) {
    const split = kept.map(({ variation, range }, index) => ({
      variation,
      weight: shares[index] as number,
      range,
    }));
    return [{ rule: { id, when, serve: { split, hash } } }];
  }
  const variantKeys = partKeys(
    arms.map((_, index) => rule.meta?.[index]?.key ?? String(index)),
    "variant",
  );
  const input = {
    key: scope.experimentKey(name),
    name: (rule.name ?? name).slice(0, 200),
    flag: scope.key,
    variants: kept.map(({ variation, range }, index) => ({
      key: variantKeys[index] as string,
      variation,
      weight: shares[index] as number,
      range,
    })),
    control: variantKeys[0] as string,
    hash,
    metrics: { primary: scope.metric },
  };
  const experiment = experimentOf(input, path, scope.notes);
  return experiment === undefined
    ? []
    : [{ rule: { id, when, serve: { experiment: experiment.key } }, experiment }];
}
