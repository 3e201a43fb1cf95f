import type { PublishedExperiment } from "../protocols/experiment.ts";
import type { Flag } from "../protocols/flag.ts";
import { compileCondition } from "./compile-condition.ts";
import { compileParts } from "./compile-parts.ts";
import { compileVariation } from "./compile-serve.ts";
import { compileSlots } from "./compile-slots.ts";
import { bucketCount } from "./bucket.ts";
import type { Catalogue } from "./catalogue.ts";
import type { Findings } from "./findings.ts";

/**
 * Reports what is wrong with an experiment. One that is a draft or archived assigns nobody, so its faults are warnings:
 * half-written work must not keep others from publishing. Starting it makes them problems.
 */
export function compileExperiment(
  experiment: PublishedExperiment,
  catalogue: Catalogue,
  findings: Findings,
): void {
  const isLive = experiment.status !== "draft" && experiment.status !== "archived";
  check(experiment, catalogue, isLive ? findings : findings.lenient());
}

function check(experiment: PublishedExperiment, catalogue: Catalogue, findings: Findings): void {
  const path = `experiments.${experiment.key}`;
  const { variants, startAt, stopAt } = experiment;
  const flag = catalogue.flags.get(experiment.flag);
  if (flag === undefined) findings.problem(`${path}.flag`, `there is no flag ${experiment.flag}`);
  else {
    for (const [index, { variation }] of variants.entries())
      compileVariation(variation, flag, `${path}.variants[${index}].variation`, findings);
    if (experiment.status === "running" && !serves(flag, experiment.key))
      findings.warn(
        `${path}.flag`,
        `no rule of flag ${flag.key} serves this experiment, so it assigns nobody`,
      );
  }
  findings.unique(
    `${path}.variants`,
    variants.map(({ key }) => key),
  );
  compileParts(variants, experiment.hash, path, `${path}.variants`, findings);
  compileRanges(experiment, path, findings);
  compileSlots(experiment, path, catalogue, findings);
  if (!variants.some(({ key }) => key === experiment.control))
    findings.problem(`${path}.control`, `there is no variant ${experiment.control}`);
  if (experiment.targeting !== undefined)
    compileCondition(experiment.targeting, `${path}.targeting`, catalogue, findings);
  if (startAt !== undefined && stopAt !== undefined && startAt >= stopAt)
    findings.problem(`${path}.stopAt`, "must be after startAt");
  checkMetrics(experiment, path, catalogue, findings);
}

/** The ranges that a change of weights left behind: all buckets, once, to each variant what its weight says. */
function compileRanges({ ranges, variants }: PublishedExperiment, path: string, findings: Findings): void {
  if (ranges === undefined) return;
  let reached = 0;
  const sizes = variants.map(() => 0);
  for (const [index, { from, to, variant }] of ranges.toSorted((a, b) => a.from - b.from).entries()) {
    if (from !== reached || to <= from)
      findings.problem(`${path}.ranges[${index}]`, `must begin at ${reached} and not be empty`);
    if (variant >= variants.length)
      findings.problem(`${path}.ranges[${index}].variant`, `there is no variant at place ${variant}`);
    sizes[variant] = (sizes[variant] ?? 0) + to - from;
    reached = to;
  }
  if (reached !== bucketCount)
    findings.problem(`${path}.ranges`, `must end at ${bucketCount}, not at ${reached}`);
  for (const [index, { key, weight }] of variants.entries()) {
    const size = sizes[index] ?? 0;
    if (size !== weight)
      findings.problem(`${path}.ranges`, `give variant ${key} ${size} buckets, its weight ${weight}`);
  }
}

function checkMetrics(
  { metrics }: PublishedExperiment,
  path: string,
  catalogue: Catalogue,
  findings: Findings,
): void {
  const named: [string, string][] = [[`${path}.metrics.primary`, metrics.primary]];
  for (const [index, key] of metrics.secondary.entries())
    named.push([`${path}.metrics.secondary[${index}]`, key]);
  for (const [index, key] of metrics.guardrails.entries())
    named.push([`${path}.metrics.guardrails[${index}]`, key]);
  for (const [at, key] of named)
    if (!catalogue.metrics.has(key)) findings.problem(at, `there is no metric ${key}`);
}

const serves = (flag: Flag, experiment: string): boolean =>
  [...flag.rules.map(({ serve }) => serve), flag.fallthrough].some(
    (serve) => "experiment" in serve && serve.experiment === experiment,
  );
