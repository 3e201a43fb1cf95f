import type { Report } from "../../../protocols/report.ts";
import { type Block, heading, text } from "./block.ts";
import {
  corrections,
  estimators,
  guardrail,
  heterogeneity,
  lift,
  type MethodWords,
  monitorings,
  novelty,
  posterior,
  reductions,
  sampleRatios,
} from "./method-words.ts";

/** The methods that this report's numbers come from, and no others. */
export function methodBlocks(report: Report): Block[] {
  return [
    heading("Methods"),
    text(
      "Δ = variant − control, n units, two-sided with alpha. docs/statistics.md tells more under the section named.",
    ),
    ...usedBy(report).flatMap(({ name, formula, assumes, source, section }): Block[] => [
      heading(name, 3),
      {
        kind: "facts",
        facts: [
          ["Formula", formula],
          ["Assumes", assumes],
          ["Source", source],
          ["More", `docs/statistics.md, section ${section}`],
        ],
      },
    ]),
  ];
}

function usedBy({ rows, health, novelty: trend, breakdowns }: Report): readonly MethodWords[] {
  const used = new Set<MethodWords>();
  for (const row of rows) {
    used.add(estimators[row.method]);
    if (row.lift !== undefined) used.add(lift);
    if (row.monitored !== undefined && row.monitored.kind !== "no_answer")
      used.add(monitorings[row.monitored.kind]);
    if (row.adjusted !== undefined && row.adjusted.method !== "none")
      used.add(corrections[row.adjusted.method]);
    if (row.reduction !== undefined) used.add(reductions[row.reduction]);
    if (row.guardrail !== undefined) used.add(guardrail);
    if (row.posterior?.kind === "posterior") used.add(posterior);
  }
  const [once, always] = sampleRatios;
  if (once !== undefined && health.sampleRatio.kind === "tested") used.add(once);
  if (always !== undefined && health.sequentialSampleRatio.kind === "tested") used.add(always);
  if (trend.kind === "present") used.add(novelty);
  if (breakdowns.kind === "present") used.add(heterogeneity);
  return [...used];
}
