import { expansionCostMax } from "./bounds.ts";
import { compileCondition } from "./compile-condition.ts";
import type { Catalogue } from "./catalogue.ts";
import { expand } from "./expansion.ts";
import type { Findings } from "./findings.ts";
import { segmentsIn } from "./references.ts";

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
    const excluded = new Set<string>(segment.excluded);
    const both = segment.included.filter((unit) => excluded.has(unit)).length;
    if (both > 0) findings.warn(`${path}.included`, `${both} of these units are excluded too, which wins`);
  }
  const { cycles, excessive } = expand(references);
  for (const cycle of cycles)
    findings.problem(`segments.${cycle[0]}.rules`, `lead in a circle: ${cycle.join(" → ")}`);
  for (const key of excessive)
    findings.problem(`segments.${key}.rules`, `lead to more than ${expansionCostMax} segments`);
}
