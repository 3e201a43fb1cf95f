import type { z } from "zod";
import type { Condition } from "../../protocols/condition.ts";
import { issuesOf } from "../../protocols/errors.ts";
import type { Flag, Rule, Segment } from "../../protocols/flag.ts";
import type { Json } from "../../protocols/json.ts";
import { allOf, always, never } from "./conditions.ts";
import { ruleCondition } from "./flagsmith/condition.ts";
import { EnvironmentDocument, type FeatureState, type FsSegment } from "./flagsmith/document.ts";
import { between } from "./flagsmith/position.ts";
import type { ImportOptions, ImportResult, ReportEntry } from "./imported.ts";
import { assemble } from "./assemble.ts";
import { flagOf, segmentOf as parsedSegment } from "./entities.ts";
import { keysFor } from "./keys.ts";
import { Notes } from "./notes.ts";
import type { Draft } from "./prerequisites.ts";
import { sharesOf } from "./shares.ts";
import { UnitLists } from "./unit-lists.ts";
import { type Variations, variationsOf } from "./variations.ts";

// In Flagsmith a feature is on or off, and besides has a value whether it is on or not. Here these are two flags.

type RuleInput = z.input<typeof Rule>;

/** Who gets a state of their own: people named, then members of segments, the most urgent first. */
interface Override {
  readonly id: string;
  readonly when: Condition;
  readonly state: FeatureState;
}

/** The name under which a feature's value becomes a flag of its own. */
export const valueName = (feature: string): string => `${feature}.value`;

/** Flagsmith's environment document. */
export function importFlagsmith(content: unknown, options: ImportOptions): ImportResult {
  const parsed = EnvironmentDocument.safeParse(content);
  if (!parsed.success) return { ok: false, issues: issuesOf(parsed.error) };
  const document = parsed.data;
  const lists = new UnitLists(options);
  const identityPrefix = `${document.api_key}_`;
  const originals = document.project.segments ?? [];
  const segmentNames = originals.map(({ name }) => name);
  const segmentKeys = keysFor(segmentNames, "segment");
  const report: ReportEntry[] = [];
  const segments: Segment[] = [];
  const keyOfSegment = new Map<number, string | undefined>();
  for (const original of originals) {
    const notes = new Notes();
    const key = segmentKeys.get(original.name) as string;
    const segment = segmentOf(original, key, { notes, lists, segmentId: original.id, identityPrefix });
    report.push(notes.entry("segment", original.name, key));
    keyOfSegment.set(original.id, notes.outcome === "refused" ? undefined : key);
    if (notes.outcome !== "refused") segments.push(segment);
  }
  const names = document.feature_states.map(({ feature }) => feature.name);
  const keys = keysFor(
    names.flatMap((name) => [name, valueName(name)]),
    "flag",
  );
  const drafts = document.feature_states.flatMap((state): Draft[] => {
    const notes = new Notes();
    const { name } = state.feature;
    const overrides = overridesOf(document, state, keyOfSegment, notes, lists);
    const key = keys.get(name) as string;
    if (key !== name) notes.changed(name, `is called ${key}`);
    const on = onFlag(state, overrides, key, notes);
    const value = valueFlag(state, overrides, keys.get(valueName(name)) as string, identityPrefix, notes);
    const made = value === undefined ? [on] : [on, value];
    return made.map((flag) => ({ name, flag, notes, requirements: [], experiments: [] }));
  });
  const { metric } = options;
  return { ok: true, imported: assemble({ drafts, segments, lists, report, metric }) };
}

function segmentOf(segment: FsSegment, key: string, scope: Parameters<typeof ruleCondition>[2]): Segment {
  const rules = segment.rules.map((rule, index) =>
    ruleCondition(rule, `segments.${segment.name}.rules[${index}]`, scope),
  );
  // All of them must hold, and a segment without any holds for nobody.
  const input = {
    key,
    name: segment.name.slice(0, 200),
    rules: rules.length === 0 ? [] : [allOf(rules)],
  };
  return parsedSegment(input, `segments.${segment.name}`, scope.notes);
}

/** The less the number, the more urgent; a segment without one comes last. */
function overridesOf(
  document: EnvironmentDocument,
  { feature }: FeatureState,
  keyOfSegment: ReadonlyMap<number, string | undefined>,
  notes: Notes,
  lists: UnitLists,
): Override[] {
  const isOf = (state: FeatureState): boolean => state.feature.id === feature.id;
  const named = (document.identity_overrides ?? []).flatMap(({ identifier, identity_features }) =>
    identity_features.filter(isOf).map((state) => ({ identifier, state })),
  );
  const bySegment = (document.project.segments ?? []).flatMap((segment) =>
    (segment.feature_states ?? []).filter(isOf).map((state) => ({ segment, state })),
  );
  const urgency = ({ state }: { readonly state: FeatureState }): number =>
    state.feature_segment?.priority ?? Infinity;
  for (const { segment } of bySegment)
    if (keyOfSegment.get(segment.id) === undefined)
      notes.refuse(feature.name, `needs segment ${segment.name}, which is not carried`);
  return [
    ...named.map(({ identifier, state }, index) => ({
      id: `identity-${index}`,
      when: lists.condition([identifier]),
      state,
    })),
    ...bySegment
      .toSorted((a, b) => compareNumbers(urgency(a), urgency(b)))
      .map(({ segment, state }, index) => ({
        id: `segment-${index}`,
        when: inSegment(keyOfSegment.get(segment.id)),
        state,
      })),
  ];
}

const compareNumbers = (a: number, b: number): number => (a === b ? 0 : a < b ? -1 : 1);

const inSegment = (key: string | undefined): Condition =>
  key === undefined ? never : { op: "in_segment", value: key };

function onFlag(state: FeatureState, overrides: readonly Override[], key: string, notes: Notes): Flag {
  const { list, keyOf } = variationsOf([true, false]);
  const input = {
    key,
    type: "boolean",
    variations: list,
    offVariation: "off",
    fallthrough: { variation: keyOf(state.enabled) },
    rules: overrides.map(({ id, when, state: own }) => ({
      id,
      when,
      serve: { variation: keyOf(own.enabled) },
    })),
  } as const;
  return flagOf(input, state.feature.name, notes);
}

const valuesOf = (state: FeatureState): Json[] => [
  state.feature_state_value ?? null,
  ...armsOf(state).map(({ value }) => value),
];

/** Undefined for a feature that never has a value. */
function valueFlag(
  state: FeatureState,
  overrides: readonly Override[],
  key: string,
  identityPrefix: string,
  notes: Notes,
): Flag | undefined {
  const states = [state, ...overrides.map((override) => override.state)];
  const values = states.flatMap(valuesOf);
  if (values.every((value) => value === null)) return undefined;
  const variations = variationsOf(
    values,
    states.map((each) => armsOf(each).map(({ value }) => value)),
  );
  const initial = variations.keyOf(state.feature_state_value ?? null);
  const rules = [
    ...overrides.flatMap((override) => stateRules(override, variations, identityPrefix)),
    ...stateRules({ id: "value", when: always, state }, variations, identityPrefix).slice(0, -1),
  ];
  const input = {
    key,
    type: variations.type,
    variations: variations.list,
    offVariation: initial,
    fallthrough: { variation: initial },
    rules,
  };
  return flagOf(input, state.feature.name, notes);
}

interface Arm {
  readonly value: Json;
  readonly percentage: number;
}

/** In the order in which they are laid end to end. */
function armsOf({ multivariate_feature_state_values: values }: FeatureState): Arm[] {
  return (values ?? [])
    .toSorted((a, b) =>
      typeof a.id === "number" && typeof b.id === "number"
        ? a.id - b.id
        : (a.mv_fs_value_uuid ?? "") < (b.mv_fs_value_uuid ?? "")
          ? -1
          : 1,
    )
    .map((each) => ({
      value: each.multivariate_feature_option.value,
      percentage: each.percentage_allocation,
    }));
}

/** A split for the arms, and below it the state's own value for whoever no arm takes. */
function stateRules(override: Override, variations: Variations, identityPrefix: string): RuleInput[] {
  const { id, when, state } = override;
  const own: RuleInput = {
    id: `${id}-own`,
    when,
    serve: { variation: variations.keyOf(state.feature_state_value ?? null) },
  };
  const arms = armsOf(state);
  if (!arms.some(({ percentage }) => percentage > 0)) return [own];
  const keys = variations.keysOf(arms.map(({ value }) => value));
  const shares = sharesOf(arms.map(({ percentage }) => percentage));
  let start = 0;
  const split = arms.map(({ percentage }, index) => {
    const limit = start + percentage;
    const range = between(start, limit);
    start = limit;
    return { variation: keys[index] as string, weight: shares[index] as number, range };
  });
  const stateId = String(state.django_id ?? state.featurestate_uuid ?? "");
  const hash = { profile: "flagsmith" as const, ids: [stateId], prefix: identityPrefix };
  return [{ id, when, serve: { split, hash } }, own];
}
