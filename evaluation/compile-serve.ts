import type { Flag, Serve } from "../protocols/flag.ts";
import { bucketCount } from "./bucket.ts";
import type { Catalogue } from "./catalogue.ts";
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
  if ("split" in serve) {
    for (const [index, part] of serve.split.entries())
      compileVariation(part.variation, flag, `${path}.split[${index}].variation`, findings);
    findings.unique(
      `${path}.split`,
      serve.split.map(({ variation }) => variation),
      "variation",
    );
    return compileWeights(serve.split, `${path}.split`, findings);
  }
  if (!("experiment" in serve)) return; // rollouts and shadows name variations only
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

export function compileVariation(variation: string, flag: Flag, path: string, findings: Findings): void {
  if (!flag.variations.some(({ key }) => key === variation))
    findings.problem(path, `flag ${flag.key} has no variation ${variation}`);
}

export function compileWeights(
  parts: readonly { readonly weight: number }[],
  path: string,
  findings: Findings,
): void {
  const sum = parts.reduce((total, { weight }) => total + weight, 0);
  if (sum !== bucketCount) findings.problem(path, `weights sum to ${sum}, not to ${bucketCount}`);
}
