import type { Flag, Rollout, Serve } from "../protocols/flag.ts";
import { bucketCount } from "./bucket.ts";
import type { Catalogue } from "./catalogue.ts";
import { compileParts } from "./compile-parts.ts";
import type { Findings } from "./findings.ts";

/** Reports what is wrong with what a rule or the fallthrough of `flag` gives. */
export function compileServe(
  serve: Serve,
  flag: Flag,
  path: string,
  catalogue: Catalogue,
  findings: Findings,
): void {
  if ("variation" in serve) return compileVariation(serve.variation, flag, `${path}.variation`, findings);
  if ("split" in serve) return compileSplit(serve, flag, path, findings);
  if ("rollout" in serve) return compileRollout(serve.rollout, flag, `${path}.rollout`, findings);
  if ("shadow" in serve) {
    const { variation, candidate } = serve.shadow;
    compileVariation(variation, flag, `${path}.shadow.variation`, findings);
    compileVariation(candidate, flag, `${path}.shadow.candidate`, findings);
    if (variation === candidate) findings.warn(`${path}.shadow`, "compares a variation with itself");
    return;
  }
  const experiment = catalogue.experiments.get(serve.experiment);
  if (experiment === undefined)
    findings.problem(`${path}.experiment`, `there is no experiment ${serve.experiment}`);
  else if (experiment.flag !== flag.key)
    findings.problem(
      `${path}.experiment`,
      `experiment ${serve.experiment} is one of flag ${experiment.flag}`,
    );
  if (serve.otherwise !== undefined) compileVariation(serve.otherwise, flag, `${path}.otherwise`, findings);
}

function compileSplit(
  { split, hash }: Extract<Serve, { split: unknown }>,
  flag: Flag,
  path: string,
  findings: Findings,
): void {
  for (const [index, part] of split.entries())
    compileVariation(part.variation, flag, `${path}.split[${index}].variation`, findings);
  // An imported split may give one variation several ranges.
  if (hash === undefined)
    findings.unique(
      `${path}.split`,
      split.map(({ variation }) => variation),
      "variation",
    );
  compileParts(split, hash, path, `${path}.split`, findings);
}

function compileRollout(
  { variation, otherwise, steps }: Rollout,
  flag: Flag,
  path: string,
  findings: Findings,
): void {
  compileVariation(variation, flag, `${path}.variation`, findings);
  if (otherwise !== undefined) compileVariation(otherwise, flag, `${path}.otherwise`, findings);
  for (const [index, { at, share }] of steps.entries()) {
    const before = steps[index - 1];
    if (before === undefined) continue;
    if (at <= before.at) findings.problem(`${path}.steps[${index}].at`, "must be after the step before");
    if (share < before.share)
      findings.warn(
        `${path}.steps[${index}].share`,
        `goes down from ${percent(before.share)} to ${percent(share)}: units that were in leave`,
      );
  }
}

const percent = (share: number): string => `${(share * 100) / bucketCount} %`;

export function compileVariation(variation: string, flag: Flag, path: string, findings: Findings): void {
  if (!flag.variations.some(({ key }) => key === variation))
    findings.problem(path, `flag ${flag.key} has no variation ${variation}`);
}
