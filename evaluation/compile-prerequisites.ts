import { expansionCostMax, referenceDepthMax } from "./bounds.ts";
import { compileVariation } from "./compile-serve.ts";
import type { Catalogue } from "./catalogue.ts";
import { expand } from "./expansion.ts";
import type { Findings } from "./findings.ts";

/** Reports prerequisites that are not there, that no variation can meet, or that lead in a circle. */
export function compilePrerequisites({ flags }: Catalogue, findings: Findings): void {
  const references = new Map<string, string[]>();
  for (const flag of flags.values()) {
    const path = `flags.${flag.key}.prerequisites`;
    const keys = flag.prerequisites.map((prerequisite) => prerequisite.flag as string);
    references.set(flag.key, keys);
    findings.unique(path, keys, "flag");
    for (const [index, prerequisite] of flag.prerequisites.entries()) {
      const target = flags.get(prerequisite.flag);
      if (target === undefined)
        findings.problem(`${path}[${index}].flag`, `there is no flag ${prerequisite.flag}`);
      else
        for (const [at, variation] of prerequisite.variations.entries())
          compileVariation(variation, target, `${path}[${index}].variations[${at}]`, findings);
    }
  }
  const { cycles, excessive } = expand(references);
  for (const cycle of cycles)
    findings.problem(`flags.${cycle[0]}.prerequisites`, `lead in a circle: ${cycle.join(" → ")}`);
  for (const key of excessive)
    findings.problem(
      `flags.${key}.prerequisites`,
      `lead to more than ${expansionCostMax} evaluations or ${referenceDepthMax} levels`,
    );
}
