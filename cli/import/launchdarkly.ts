import type { Condition } from "../../protocols/condition.ts";
import { segmentsIn } from "../../evaluation/references.ts";
import { issuesOf } from "../../protocols/errors.ts";
import type { Experiment } from "../../protocols/experiment.ts";
import type { Segment } from "../../protocols/flag.ts";
import type { Json } from "../../protocols/json.ts";
import { allOf, always, compare, never } from "./conditions.ts";
import type { ImportOptions, ImportResult } from "./imported.ts";
import { assemble } from "./assemble.ts";
import { flagOf } from "./entities.ts";
import { keysFor } from "./keys.ts";
import { clauseCondition, type LdScope } from "./launchdarkly/clause.ts";
import { type Choice, LdData, type LdFlag } from "./launchdarkly/data.ts";
import { rolloutRules, type RolloutScope, type RuleInput, variationKey } from "./launchdarkly/rollout.ts";
import { segmentOf } from "./launchdarkly/segment.ts";
import { Notes } from "./notes.ts";
import type { Draft, Requirement } from "./prerequisites.ts";
import { UnitLists } from "./unit-lists.ts";
import { typeOf, variationsOf } from "./variations.ts";

/** LaunchDarkly's SDK data: `{flags, segments}`, as a relay or a server SDK's file source holds it. */
export function importLaunchdarkly(content: unknown, options: ImportOptions): ImportResult {
  const parsed = LdData.safeParse(content);
  if (!parsed.success) return { ok: false, issues: issuesOf(parsed.error) };
  const flags = Object.values(parsed.data.flags).filter(({ deleted }) => deleted !== true);
  const originals = Object.values(parsed.data.segments ?? {}).filter(({ deleted }) => deleted !== true);
  const lists = new UnitLists(options);
  const flagKeys = keysFor(
    flags.map(({ key }) => key),
    "flag",
  );
  const segmentKeys = keysFor(
    originals.map(({ key }) => key),
    "segment",
  );
  const scopeOf = (notes: Notes): LdScope => ({ notes, lists, segmentKey: (key) => segmentKeys.get(key) });
  const made = originals.map((original) => {
    const notes = new Notes();
    const key = segmentKeys.get(original.key) as string;
    return { name: original.key, notes, segment: segmentOf(original, key, scopeOf(notes)) };
  });
  const isLost = lostSegments(made);
  const needed = neededVariations(flags);
  const drafts = flags.map((flag) => {
    const notes = new Notes();
    const draft = draftOf(flag, flagKeys.get(flag.key) as string, needed, options, scopeOf(notes));
    const lost = draft.flag.rules.flatMap(({ when }) => segmentsIn(when)).find(isLost);
    if (lost !== undefined) notes.refuse("rules", `needs segment ${lost}, which is not carried`);
    return draft;
  });
  const segments = made.filter(({ segment }) => !isLost(segment.key)).map(({ segment }) => segment);
  const report = made.map(({ name, notes, segment }) => notes.entry("segment", name, segment.key));
  const { metric } = options;
  return { ok: true, imported: assemble({ drafts, segments, lists, report, metric }) };
}

interface MadeSegment {
  readonly notes: Notes;
  readonly segment: Segment;
}

/** A segment that names one which is not carried is not carried either. */
function lostSegments(made: readonly MadeSegment[]): (key: string) => boolean {
  const lost = new Set<string>(
    made.filter(({ notes }) => notes.outcome === "refused").map(({ segment }) => segment.key),
  );
  for (let before = -1; before < lost.size;) {
    before = lost.size;
    for (const { notes, segment } of made) {
      const named = segment.rules.flatMap((rule) => segmentsIn(rule)).find((key) => lost.has(key));
      if (named === undefined || lost.has(segment.key)) continue;
      notes.refuse("rules", `needs segment ${named}, which is not carried`);
      lost.add(segment.key);
    }
  }
  return (key) => lost.has(key);
}

/** Which variations other flags ask for, by flag. */
function neededVariations(flags: readonly LdFlag[]): ReadonlySet<string> {
  return new Set(
    flags.flatMap(({ prerequisites }) =>
      (prerequisites ?? []).map(({ key, variation }) => `${variation}:${key}`),
    ),
  );
}

function draftOf(
  flag: LdFlag,
  key: string,
  needed: ReadonlySet<string>,
  options: ImportOptions,
  ld: LdScope,
): Draft {
  const { notes } = ld;
  const path = `flags.${flag.key}`;
  if (key !== flag.key) notes.changed(path, `is called ${key}`);
  const keys = variationsOf([], [flag.variations]).keysOf(flag.variations);
  const off = offVariationOf(flag, keys, needed);
  if (flag.offVariation === null || flag.offVariation === undefined)
    notes.changed(
      `${path}.offVariation`,
      "gives null when it is off, where the caller's default would be given",
    );
  const scope: RolloutScope = {
    ...ld,
    flagKey: key,
    originalKey: flag.key,
    salt: flag.salt,
    keys,
    metric: options.metric,
  };
  const served = rulesOf(flag, path, scope);
  const list = [
    ...keys.map((each, place) => ({ key: each, value: flag.variations[place] ?? null })),
    ...off.extra,
  ];
  const input = {
    key,
    type: typeOf(list.map(({ value }) => value)),
    variations: list,
    offVariation: off.key,
    fallthrough: { variation: served.fallthrough ?? off.key },
    rules: served.rules,
    enabled: flag.on,
  };
  const weir = flagOf(input, path, notes);
  const requirements: Requirement[] = (flag.prerequisites ?? []).map(({ key: name, variation }) => ({
    name,
    path: `${path}.prerequisites`,
    fits: (_value: Json, place: number) => place === variation,
  }));
  return { name: flag.key, flag: weir, notes, requirements, experiments: served.experiments };
}

/**
 * What a flag gives when it is off never meets a prerequisite there. So when another flag asks for just that variation,
 * being off gets one of its own with the same value.
 */
function offVariationOf(
  flag: LdFlag,
  keys: readonly string[],
  needed: ReadonlySet<string>,
): { readonly key: string; readonly extra: readonly { readonly key: string; readonly value: Json }[] } {
  const place = flag.offVariation;
  const key = place === null || place === undefined ? undefined : keys[place];
  if (key === undefined) return { key: "when-off", extra: [{ key: "when-off", value: null }] };
  if (place === null || place === undefined || !needed.has(`${place}:${flag.key}`)) return { key, extra: [] };
  return { key: "when-off", extra: [{ key: "when-off", value: flag.variations[place] ?? null }] };
}

function rulesOf(
  flag: LdFlag,
  path: string,
  scope: RolloutScope,
): {
  readonly rules: readonly RuleInput[];
  readonly fallthrough: string | undefined;
  readonly experiments: Experiment[];
} {
  const rules: RuleInput[] = targetRules(flag, path, scope);
  const experiments: Experiment[] = [];
  const choose = (choice: Choice, id: string, when: Condition, at: string): string | undefined => {
    if (choice.rollout !== null && choice.rollout !== undefined) {
      const served = rolloutRules(choice.rollout, id, when, `${at}.rollout`, scope);
      rules.push(...served.rules);
      experiments.push(...served.experiments);
      return undefined;
    }
    if (choice.variation === null || choice.variation === undefined) {
      scope.notes.refuse(at, "has neither a variation nor a rollout");
      return undefined;
    }
    return variationKey(choice.variation, at, scope);
  };
  for (const [index, rule] of (flag.rules ?? []).entries()) {
    const at = `${path}.rules[${index}]`;
    const clauses = rule.clauses.map((clause, place) =>
      clauseCondition(clause, `${at}.clauses[${place}]`, scope),
    );
    // A rule without clauses fits nobody there.
    const when = clauses.length === 0 ? never : allOf(clauses);
    const variation = choose(rule, `rule-${index}`, when, at);
    if (variation !== undefined) rules.push({ id: `rule-${index}`, when, serve: { variation } });
  }
  const fallthrough = choose(flag.fallthrough ?? {}, "fallthrough", always, `${path}.fallthrough`);
  return { rules, fallthrough, experiments };
}

/** Units named one by one, before all rules. */
function targetRules(flag: LdFlag, path: string, scope: RolloutScope): RuleInput[] {
  const users = flag.targets ?? [];
  const targets = (flag.contextTargets ?? []).flatMap((target) => {
    if ((target.contextKind ?? "user") !== "user") return [target];
    // An empty list for users says at which place the users' own list is asked.
    return target.values.length > 0
      ? [target]
      : users.filter(({ variation }) => variation === target.variation);
  });
  return [...targets, ...users.filter((target) => !targets.includes(target))]
    .filter(({ values }) => values.length > 0)
    .map((target, index) => {
      const at = `${path}.targets[${index}]`;
      const kind = target.contextKind ?? "user";
      return {
        id: `target-${index}`,
        when:
          kind === "user"
            ? scope.lists.condition(target.values)
            : compare(`${kind}.key`, "in", target.values),
        serve: { variation: variationKey(target.variation, at, scope) },
      };
    });
}
