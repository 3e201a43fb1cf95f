import type { Segment } from "../protocols/flag.ts";
import { Check, kinds } from "./check.ts";
import { CheckMaker } from "./conditions.ts";
import { expand } from "./expansion.ts";
import { segmentsIn } from "./references.ts";
import { UnitSet } from "./unit-set.ts";

/**
 * Makes a plan's segments, those inside others first, and hands back the maker that knows them. In steps: a list of a
 * million units takes half a second.
 */
export function* segmentSteps(
  environmentSalt: string,
  segments: Readonly<Record<string, Segment>>,
): Generator<void, CheckMaker> {
  const made = new Map<string, Check>();
  const maker = new CheckMaker(environmentSalt, (key) => made.get(key));
  const byKey = new Map(Object.entries(segments));
  const { order } = expand(
    new Map([...byKey].map(([key, segment]) => [key, segment.rules.flatMap((rule) => segmentsIn(rule))])),
  );
  for (const key of order) {
    const segment = byKey.get(key);
    if (segment === undefined) continue;
    const rules: Check[] = [];
    for (const rule of segment.rules) {
      // A rule beyond this version is skipped like one of a flag.
      const check = maker.checkOf(rule);
      if (check !== undefined) rules.push(check);
      yield;
    }
    const included = yield* unitSteps(segment.included);
    const excluded = yield* unitSteps(segment.excluded);
    made.set(key, new Check({ kind: kinds.segment, operand: { rules, included, excluded } }));
  }
  return maker;
}

function* unitSteps(unitIds: readonly string[]): Generator<void, UnitSet | undefined> {
  return unitIds.length === 0 ? undefined : yield* UnitSet.steps(unitIds);
}
