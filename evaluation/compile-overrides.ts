import type { Override } from "../protocols/layer.ts";
import type { EpochMs } from "../protocols/time.ts";
import type { Catalogue } from "./catalogue.ts";
import { compileVariation } from "./compile-serve.ts";
import type { Findings } from "./findings.ts";

/** Reports overrides of what is not there, and warns of those that do nothing. */
export function compileOverrides(
  overrides: readonly Override[],
  catalogue: Catalogue,
  publishedAt: EpochMs,
  findings: Findings,
): void {
  const taken = new Map<string, string>();
  for (const override of overrides.toSorted((a, b) => (a.key < b.key ? -1 : 1))) {
    const { key, unit, target, expiresAt } = override;
    const path = `overrides.${key}`;
    compileTarget(override, path, catalogue, findings);
    if (expiresAt !== undefined && expiresAt <= publishedAt) {
      findings.warn(`${path}.expiresAt`, "has passed");
      continue;
    }
    const about = `${unit} ${"flag" in target ? `flag ${target.flag}` : `experiment ${target.experiment}`}`;
    const other = taken.get(about);
    if (other !== undefined)
      findings.warn(path, `override ${other} of the same unit goes before it, while it lasts`);
    else taken.set(about, key);
  }
}

function compileTarget(
  { target }: Override,
  path: string,
  { flags, experiments }: Catalogue,
  findings: Findings,
): void {
  if ("flag" in target) {
    const flag = flags.get(target.flag);
    if (flag === undefined) findings.problem(`${path}.target.flag`, `there is no flag ${target.flag}`);
    else compileVariation(target.variation, flag, `${path}.target.variation`, findings);
    return;
  }
  const experiment = experiments.get(target.experiment);
  if (experiment === undefined)
    findings.problem(`${path}.target.experiment`, `there is no experiment ${target.experiment}`);
  else if (!experiment.variants.some(({ key }) => key === target.variant))
    findings.problem(
      `${path}.target.variant`,
      `experiment ${experiment.key} has no variant ${target.variant}`,
    );
}
