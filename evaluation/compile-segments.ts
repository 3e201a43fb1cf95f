import { expansionCostMax, referenceDepthMax } from "./bounds.ts";
import { compileCondition } from "./compile-condition.ts";
import type { Catalogue } from "./catalogue.ts";
import { expand } from "./expansion.ts";
import type { Findings } from "./findings.ts";
import type { Segment } from "../protocols/flag.ts";
import { segmentsIn } from "./references.ts";
import { UnitSet } from "./unit-set.ts";

/** Reports what is wrong with the segments, one by one and as a graph. */
export function compileSegments(catalogue: Catalogue, findings: Findings): void {
  const references = new Map<string, string[]>();
  for (const segment of catalogue.segments.values()) {
    const path = `segments.${segment.key}`;
    for (const [index, rule] of segment.rules.entries())
      compileCondition(rule, `${path}.rules[${index}]`, catalogue, findings);
    references.set(
      segment.key,
      segment.rules.flatMap((rule) => segmentsIn(rule)),
    );
    const both = countOfBoth(segment);
    if (both > 0) findings.warn(`${path}.included`, `${both} of these units are excluded too, which wins`);
  }
  const { cycles, excessive } = expand(references);
  for (const cycle of cycles)
    findings.problem(`segments.${cycle[0]}.rules`, `lead in a circle: ${cycle.join(" → ")}`);
  for (const key of excessive)
    findings.problem(
      `segments.${key}.rules`,
      `lead to more than ${expansionCostMax} segments or ${referenceDepthMax} levels`,
    );
}

/** Of lists of a million too, so the shorter one is made a set. */
function countOfBoth({ included, excluded }: Segment): number {
  if (included.length === 0 || excluded.length === 0) return 0;
  const [shorter, longer] = included.length < excluded.length ? [included, excluded] : [excluded, included];
  const units = UnitSet.of(shorter);
  return longer.reduce((count, unit) => (units.has(unit) ? count + 1 : count), 0);
}
