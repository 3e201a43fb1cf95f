import { issuesOf } from "../../protocols/errors.ts";
import type { Json } from "../../protocols/json.ts";
import { conditionOf, valueCondition } from "./growthbook/condition.ts";
import type { ConditionScope } from "./growthbook/scope.ts";
import { type Feature, Payload, type Rule } from "./growthbook/payload.ts";
import { armsOf, decides, rulesOf } from "./growthbook/rules.ts";
import type { ImportOptions, ImportResult, ReportEntry } from "./imported.ts";
import { assemble } from "./assemble.ts";
import { flagOf } from "./entities.ts";
import { keysFor } from "./keys.ts";
import { matches } from "./matches.ts";
import { Notes } from "./notes.ts";
import type { Draft, Requirement } from "./prerequisites.ts";
import { UnitLists } from "./unit-lists.ts";
import { variationsOf } from "./variations.ts";

/** GrowthBook's SDK payload: `{features, savedGroups, …}`, not encrypted. */
export function importGrowthbook(content: unknown, options: ImportOptions): ImportResult {
  const parsed = Payload.safeParse(content);
  if (!parsed.success) return { ok: false, issues: issuesOf(parsed.error) };
  const payload = parsed.data;
  const lists = new UnitLists(options);
  const keys = keysFor(Object.keys(payload.features), "flag");
  const drafts: Draft[] = [];
  const taken = new Set<string>();
  for (const [id, feature] of Object.entries(payload.features)) {
    const notes = new Notes();
    const scope: ConditionScope = {
      notes,
      lists,
      keyAttribute: options.keyAttribute ?? "id",
      groups: payload.savedGroups ?? {},
      condition: conditionOf,
      value: valueCondition,
    };
    const key = keys.get(id) as string;
    if (key !== id) notes.changed(`features.${id}`, `is called ${key}`);
    const requirements = gatesOf(id, feature, scope);
    const values = valuesOf(feature, requirements.length > 0);
    const splits =
      (feature.rules ?? []).flatMap((rule) => armsOf(rule) ?? []).length === 0 ? [] : armLists(feature);
    const variations = variationsOf(values, splits);
    const experimentKey = (name: string): string => uniqueKey(name, key, taken);
    const translated = rulesOf((feature.rules ?? []).map(withoutGate), {
      ...scope,
      id,
      key,
      variations,
      bandits: payload.contextualBandits ?? {},
      experimentKey: options.metric === undefined ? undefined : experimentKey,
      metric: options.metric,
    });
    if (options.metric === undefined && splits.length > 0)
      notes.changed(
        `features.${id}`,
        "its experiment is carried as a split: name a metric to make it an experiment",
      );
    const initial = variations.keyOf(feature.defaultValue ?? null);
    const input = {
      key,
      type: variations.type,
      variations: variations.list,
      offVariation: requirements.length > 0 ? variations.keyOf(null) : initial,
      fallthrough: { variation: initial },
      rules: translated.rules,
    };
    const flag = flagOf(input, `features.${id}`, notes);
    drafts.push({ name: id, flag, notes, requirements, experiments: translated.experiments });
  }
  const report: ReportEntry[] = [];
  for (const { key } of payload.experiments ?? []) {
    const notes = new Notes();
    notes.refuse("experiments", "changes pages in the visitor's browser, which Weir does not");
    report.push(notes.entry("experiment", key, key));
  }
  const { metric } = options;
  return { ok: true, imported: assemble({ drafts, segments: [], lists, report, metric }) };
}

function uniqueKey(name: string, flagKey: string, taken: Set<string>): string {
  const key = keysFor([name], "experiment").get(name) as string;
  const free = taken.has(key) ? `${key}.${flagKey}`.slice(0, 100) : key;
  taken.add(free);
  return free;
}

const armLists = (feature: Feature): (readonly Json[])[] =>
  (feature.rules ?? []).map(armsOf).filter((arms) => arms !== undefined);

/** Every value that the feature can give. One that a gate can close gives null then. */
function valuesOf(feature: Feature, isGated: boolean): Json[] {
  const forced = (feature.rules ?? []).filter((rule) => "force" in rule).map((rule) => rule.force ?? null);
  return [feature.defaultValue ?? null, ...forced, ...(isGated ? [null] : [])];
}

/** What must hold before any rule is tried. A gate below a rule that decides, or a condition on a flag, has no place here. */
function gatesOf(id: string, feature: Feature, scope: ConditionScope): Requirement[] {
  const requirements: Requirement[] = [];
  const seen = new Set<string>();
  let hasDecided = false;
  for (const [index, rule] of (feature.rules ?? []).entries()) {
    const path = `features.${id}.rules[${index}].parentConditions`;
    for (const parent of rule.parentConditions ?? []) {
      const text = JSON.stringify([parent.id, parent.condition ?? {}]);
      if (seen.has(text)) continue; // a gate above has asked the same
      if (parent.gate !== true)
        scope.notes.refuse(
          path,
          "a rule that depends on another flag is not carried; a gate above all rules is",
        );
      else if (hasDecided) scope.notes.refuse(path, "a gate below a rule that decides is not carried");
      seen.add(text);
      const inner = { ...scope, keyAttribute: undefined };
      const condition = conditionOf(parent.condition ?? {}, path, inner);
      const fits = (value: Json): boolean => matches(condition, { value });
      requirements.push({ name: parent.id, path, fits });
    }
    hasDecided ||= decides(rule);
  }
  return requirements;
}

const withoutGate = ({ parentConditions: _, ...rule }: Rule): Rule => rule;
