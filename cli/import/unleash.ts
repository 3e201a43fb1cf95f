import { issuesOf } from "../../protocols/errors.ts";
import type { Json } from "../../protocols/json.ts";
import type { ImportOptions, ImportResult } from "./imported.ts";
import { assemble } from "./assemble.ts";
import { flagOf } from "./entities.ts";
import { keysFor } from "./keys.ts";
import { Notes } from "./notes.ts";
import type { Draft, Requirement } from "./prerequisites.ts";
import { UnitLists } from "./unit-lists.ts";
import { Delta, featuresOf } from "./unleash/delta.ts";
import { type Feature, Features } from "./unleash/features.ts";
import { type StrategyScope, strategyCondition } from "./unleash/strategy.ts";
import {
  disabledVariant,
  variantLists,
  variantRules,
  type VariantRule,
  variantValue,
} from "./unleash/variants.ts";
import { variationsOf } from "./variations.ts";

/** The name under which a feature's variants become a flag of their own. */
export const variantName = (feature: string): string => `${feature}.variant`;

/** Unleash's client features: `{version, features, segments}`, or the events they came from. */
export function importUnleash(content: unknown, options: ImportOptions): ImportResult {
  const delta = Delta.safeParse(content);
  const parsed = Features.safeParse(delta.success ? featuresOf(delta.data) : content);
  if (!parsed.success) return { ok: false, issues: issuesOf(parsed.error) };
  const { features, segments } = parsed.data;
  const lists = new UnitLists(options);
  const byId = new Map((segments ?? []).map((segment) => [segment.id, segment]));
  const names = features.flatMap((feature) =>
    hasVariants(feature) ? [feature.name, variantName(feature.name)] : [feature.name],
  );
  const keys = keysFor(names, "flag");
  const byName = new Map(features.map((feature) => [feature.name, feature]));
  const drafts = features.flatMap((feature) => {
    const notes = new Notes();
    const scope: StrategyScope = {
      notes,
      lists,
      keyAttribute: options.keyAttribute ?? "userId",
      feature: feature.name,
      segments: byId,
    };
    return draftsOf(feature, keys, byName, scope);
  });
  const { metric } = options;
  return { ok: true, imported: assemble({ drafts, segments: [], lists, report: [], metric }) };
}

const hasVariants = (feature: Feature): boolean => variantLists(feature).length > 0;

/** The feature itself, and its variants' flag when it has any. */
function draftsOf(
  feature: Feature,
  keys: ReadonlyMap<string, string>,
  byName: ReadonlyMap<string, Feature>,
  scope: StrategyScope,
): Draft[] {
  const { notes } = scope;
  const key = keys.get(feature.name) as string;
  if (key !== feature.name) notes.changed(feature.name, `is called ${key}`);
  const strategies = feature.strategies ?? [];
  const conditions = strategies.map((strategy, index) =>
    strategyCondition(strategy, `${feature.name}.strategies[${index}]`, scope),
  );
  const requirements = requirementsOf(feature, byName);
  const values = variationsOf([true, false]);
  const input = {
    key,
    ...described(feature),
    type: "boolean",
    variations: values.list,
    offVariation: "off",
    fallthrough: { variation: strategies.length === 0 ? "on" : "off" },
    rules: conditions.map((when, index) => ({ id: `strategy-${index}`, when, serve: { variation: "on" } })),
    enabled: feature.enabled,
  } as const;
  const flag = flagOf(input, feature.name, notes);
  const base: Draft = { name: feature.name, flag, notes, requirements, experiments: [] };
  return hasVariants(feature) ? [base, variantDraft(feature, keys, conditions, scope)] : [base];
}

type Conditions = readonly ReturnType<typeof strategyCondition>[];

function variantDraft(
  feature: Feature,
  keys: ReadonlyMap<string, string>,
  conditions: Conditions,
  scope: StrategyScope,
): Draft {
  const name = variantName(feature.name);
  const arms = variantLists(feature).map((variants) => variants.map(variantValue));
  const variations = variationsOf([disabledVariant], arms, nameOfVariant);
  const off = variations.keyOf(disabledVariant);
  const strategies = feature.strategies ?? [];
  const rules: VariantRule[] =
    strategies.length === 0
      ? variantRules(feature, undefined, { all: [] }, "variants", variations, scope)
      : strategies.flatMap((strategy, index) =>
          variantRules(
            feature,
            strategy,
            conditions[index] ?? { all: [] },
            `strategy-${index}`,
            variations,
            scope,
          ),
        );
  const input = {
    key: keys.get(name) as string,
    ...described(feature),
    type: "json",
    variations: variations.list,
    offVariation: off,
    fallthrough: { variation: off },
    rules,
    enabled: feature.enabled,
  } as const;
  const flag = flagOf(input, name, scope.notes);
  const isOn: Requirement = { name: feature.name, path: name, fits: (value) => value === true };
  return { name, flag, notes: scope.notes, requirements: [isOn], experiments: [] };
}

const nameOfVariant = (value: Json): string => String((value as { readonly name: string }).name);

const described = ({ description }: Feature): { description?: string } =>
  typeof description === "string" && description !== "" ? { description: description.slice(0, 2_000) } : {};

/** A parent must be on (or off) and not depend on others itself; and it may have to give one of some variants. */
function requirementsOf(feature: Feature, byName: ReadonlyMap<string, Feature>): Requirement[] {
  return (feature.dependencies ?? []).flatMap(({ feature: name, enabled, variants }) => {
    const path = `${feature.name}.dependencies`;
    const parent = byName.get(name);
    // One that depends on others itself is no parent there, and so never fits.
    const isParent = (parent?.dependencies ?? []).length === 0;
    const wanted = enabled !== false;
    const state: Requirement = { name, path, fits: (value) => isParent && value === wanted };
    if (!wanted || variants === null || variants === undefined || variants.length === 0) return [state];
    // Without variants of its own, what it gives is "disabled".
    if (parent === undefined || !hasVariants(parent))
      return variants.includes("disabled") ? [state] : [{ ...state, fits: () => false }];
    const fits = (value: Json): boolean => variants.includes(nameOfVariant(value));
    return [state, { name: variantName(name), path, fits }];
  });
}
