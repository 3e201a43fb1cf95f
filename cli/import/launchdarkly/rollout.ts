import type { z } from "zod";
import type { Condition } from "../../../protocols/condition.ts";
import type { Experiment } from "../../../protocols/experiment.ts";
import type { Rule } from "../../../protocols/flag.ts";
import type { HashRecipe } from "../../../protocols/hash-recipe.ts";
import type { Range } from "../conditions.ts";
import { experimentOf } from "../entities.ts";
import { sharesOf } from "../shares.ts";
import { attributeOf, type LdScope } from "./clause.ts";
import type { Rollout } from "./data.ts";

export type RuleInput = z.input<typeof Rule>;

export interface RolloutScope extends LdScope {
  readonly flagKey: string;
  readonly originalKey: string;
  readonly salt: string;
  /** Variation keys by place. */
  readonly keys: readonly string[];
  readonly metric: string | undefined;
}

export interface Served {
  readonly rules: readonly RuleInput[];
  readonly experiments: readonly Experiment[];
}

const wholeWeight = 100_000;

/** Weights laid end to end in LaunchDarkly's own arithmetic; the last part takes what rounding leaves. */
function rangesOf(rollout: Rollout): Range[] {
  let sum = 0;
  return rollout.variations.map(({ weight }, index) => {
    const from = sum;
    sum += weight / wholeWeight;
    // A sum of doubles may pass 1.
    return { from: Math.min(from, 1), to: index === rollout.variations.length - 1 ? 2 : Math.min(sum, 1) };
  });
}

/**
 * The rules of a rollout: an experiment, when it is one and a metric is named, a split for what is not measured, and for
 * a unit with nothing to hash, which there is at 0, one that gives the first variation.
 */
export function rolloutRules(
  rollout: Rollout,
  id: string,
  when: Condition,
  path: string,
  scope: RolloutScope,
): Served {
  const isExperiment = rollout.kind === "experiment";
  const by = isExperiment ? "key" : (rollout.bucketBy ?? "key");
  const attribute = attributeOf(by, rollout.contextKind, path, scope);
  const hash: HashRecipe = {
    profile: "launchdarkly",
    key: scope.originalKey,
    salt: scope.salt,
    ...(rollout.seed === undefined ? {} : { seed: rollout.seed }),
    ...(attribute === undefined ? {} : { attribute }),
  };
  const ranges = rangesOf(rollout);
  const parts = rollout.variations.map(({ variation, untracked }, index) => ({
    variation: variationKey(variation, path, scope),
    range: ranges[index] as Range,
    isMeasured: untracked !== true,
  }));
  const experiment = isExperiment ? experimentFor(parts, hash, id, path, scope) : undefined;
  const rest = experiment === undefined ? parts : parts.filter(({ isMeasured }) => !isMeasured);
  const first = parts.find(({ range }) => range.from < range.to) ?? parts[0];
  const rules: RuleInput[] = [
    ...(experiment === undefined ? [] : [{ id, when, serve: { experiment: experiment.key } }]),
    ...(rest.length === 0
      ? []
      : [{ id: experiment === undefined ? id : `${id}-rest`, when, serve: { split: weighted(rest), hash } }]),
    ...(first === undefined ? [] : [{ id: `${id}-else`, when, serve: { variation: first.variation } }]),
  ];
  return { rules, experiments: experiment === undefined ? [] : [experiment] };
}

interface Part {
  readonly variation: string;
  readonly range: Range;
  readonly isMeasured: boolean;
}

/** Undefined when it cannot be one, and is dealt as a split. */
function experimentFor(
  parts: readonly Part[],
  hash: HashRecipe,
  id: string,
  path: string,
  scope: RolloutScope,
): Experiment | undefined {
  const measured = parts.filter(({ isMeasured }) => isMeasured);
  const isOnce = new Set(measured.map(({ variation }) => variation)).size === measured.length;
  if (scope.metric === undefined || !isOnce || measured.length === 0) {
    scope.notes.changed(path, "its experiment is carried as a split: name a metric to make it an experiment");
    return undefined;
  }
  const variants = weighted(measured).map((part) => ({ key: part.variation, ...part }));
  const input = {
    key: `${scope.flagKey}.${id}`.slice(0, 100),
    name: `${scope.originalKey} ${id}`.slice(0, 200),
    flag: scope.flagKey,
    variants,
    control: variants[0]?.key ?? "",
    hash,
    metrics: { primary: scope.metric },
  };
  return experimentOf(input, path, scope.notes);
}

function weighted(parts: readonly Part[]): { variation: string; range: Range; weight: number }[] {
  const shares = sharesOf(parts.map(({ range }) => Math.min(range.to, 1) - range.from));
  return parts.map(({ variation, range }, index) => ({ variation, range, weight: shares[index] as number }));
}

export function variationKey(place: number, path: string, { keys, notes }: RolloutScope): string {
  const key = keys[place];
  if (key === undefined) notes.refuse(path, `there is no variation ${place}`);
  return key ?? "none";
}
