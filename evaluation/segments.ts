import type { Segment } from "../protocols/flag.ts";
import { matcherOf, type ConditionScope, type Matcher } from "./conditions.ts";
import { expand } from "./expansion.ts";
import { segmentsIn } from "./references.ts";

/** The scope in which a plan's conditions are made into code: its salt, and its segments, each made once, when asked for. */
export function scopeOf(
  environmentSalt: string,
  segments: Readonly<Record<string, Segment>>,
): ConditionScope {
  const byKey = new Map(Object.entries(segments));
  const { bounded } = expand(
    new Map([...byKey].map(([key, segment]) => [key, segment.rules.flatMap((rule) => segmentsIn(rule))])),
  );
  const made = new Map<string, Matcher>();
  const scope: ConditionScope = {
    environmentSalt,
    segment(key) {
      const present = made.get(key);
      if (present !== undefined) return present;
      const segment = byKey.get(key);
      if (segment === undefined || !bounded.has(key)) return undefined;
      const matcher = segmentMatcher(segment, scope);
      made.set(key, matcher);
      return matcher;
    },
  };
  return scope;
}

/** Excluded beats included beats rules. A rule beyond this version is skipped like one of a flag. */
function segmentMatcher(segment: Segment, scope: ConditionScope): Matcher {
  const excluded = new Set<string>(segment.excluded);
  const included = new Set<string>(segment.included);
  const rules = segment.rules
    .map((rule) => matcherOf(rule, scope))
    .filter((matcher) => matcher !== undefined);
  return (context) => {
    if (excluded.has(context.unitId)) return false;
    if (included.has(context.unitId)) return true;
    for (const rule of rules) if (rule(context)) return true;
    return false;
  };
}
