import type { Condition } from "../../../protocols/condition.ts";
import type { Segment } from "../../../protocols/flag.ts";
import { allOf, anyOf, compare, inHashRange, notOf } from "../conditions.ts";
import { segmentOf as parsedSegment } from "../entities.ts";
import { unitsPerSegmentMax } from "../unit-lists.ts";
import { attributeOf, clauseCondition, type LdScope } from "./clause.ts";
import type { LdSegment } from "./data.ts";

/** Who is included is in, there, though excluded too; here excluding wins, so those are taken off the excluded. */
export function segmentOf(segment: LdSegment, key: string, scope: LdScope): Segment {
  const path = `segments.${segment.key}`;
  if (segment.unbounded === true)
    scope.notes.refuse(path, "a big segment's members are in a store of LaunchDarkly's, not in the file");
  const included = new Set(segment.included ?? []);
  const users = ofKind(segment.includedContexts, true);
  for (const value of users) included.add(value);
  const excluded = [...(segment.excluded ?? []), ...ofKind(segment.excludedContexts, true)].filter(
    (value) => !included.has(value),
  );
  const inside = others(segment.includedContexts);
  const outside = notOf(anyOf(others(segment.excludedContexts)));
  const rules = (segment.rules ?? []).map((rule, index) => {
    const at = `${path}.rules[${index}]`;
    const clauses = rule.clauses.map((clause, place) =>
      clauseCondition(clause, `${at}.clauses[${place}]`, scope),
    );
    if (rule.weight === null || rule.weight === undefined) return allOf([outside, ...clauses]);
    const attribute = attributeOf(rule.bucketBy ?? "key", rule.rolloutContextKind ?? undefined, at, scope);
    const share = inHashRange(
      {
        profile: "launchdarkly",
        key: segment.key,
        salt: segment.salt,
        ...(attribute === undefined ? {} : { attribute }),
      },
      [{ from: 0, to: rule.weight / 100_000 }],
    );
    return allOf([outside, ...clauses, share]);
  });
  if (excluded.length > unitsPerSegmentMax)
    scope.notes.refuse(path, `more than ${unitsPerSegmentMax} excluded keys are not carried`);
  const [first, rest] = [[...included].slice(0, unitsPerSegmentMax), [...included].slice(unitsPerSegmentMax)];
  const beyond = rest.length === 0 ? [] : [scope.lists.condition(rest)];
  const input = {
    key,
    included: scope.lists.units(first),
    excluded: scope.lists.units(excluded.slice(0, unitsPerSegmentMax)),
    rules: [...beyond, ...inside, ...rules],
  };
  return parsedSegment(input, path, scope.notes);
}

type KindTargets = LdSegment["includedContexts"];

const isUser = (kind: string | undefined): boolean => kind === undefined || kind === "user";

const ofKind = (targets: KindTargets, users: boolean): string[] =>
  (targets ?? []).filter(({ contextKind }) => isUser(contextKind) === users).flatMap(({ values }) => values);

/** Contexts that are no users are known by the key they carry in the attribute of their kind. */
const others = (targets: KindTargets): Condition[] =>
  (targets ?? [])
    .filter(({ contextKind, values }) => !isUser(contextKind) && values.length > 0)
    .map(({ contextKind, values }) => compare(`${contextKind ?? ""}.key`, "in", values));
