import { countText, instantText, shareText } from "../../../protocols/number-text.ts";
import type { Metric } from "../../../protocols/metric.ts";
import type { Report } from "../../../protocols/report.ts";
import { membersOf } from "../model/plans.ts";
import { type Block, cell, heading, note, text } from "./block.ts";
import { capText, measureText, windowText } from "./metric-words.ts";

/** The plan with every version since the start: what was decided before the data came, and what after. */
export function planBlocks({ plans }: Report): Block[] {
  if (plans.kind === "absent") return [heading("Plan"), text(`The plan is not shown: ${plans.reason}.`)];
  return [
    heading("Plan"),
    ...plans.value.flatMap(({ version, phase, at, by, analysis, changes }): Block[] => {
      const when = `${instantText(at)} by ${by}`;
      const members: Block = { kind: "facts", facts: [...membersOf(analysis)] };
      return changes.length === 0
        ? [heading(`Version ${version}, pre-registered for phase ${phase}`, 3), text(when), members]
        : [
            heading(`Version ${version}, CHANGED during phase ${phase}`, 3),
            note(
              `Changed ${when}, after data had come. Evidence of before the change does not count under it.`,
            ),
            { kind: "list", items: changes },
          ];
    }),
  ];
}

export function metricBlocks({ metrics }: Report): Block[] {
  return [heading("Definitions of metrics"), ...metrics.flatMap(definitionBlocks)];
}

function definitionBlocks(metric: Metric): Block[] {
  const { key, name, description, owner, version, direction, covariate, guardrail: limit } = metric;
  const cap = capText(metric);
  const facts: (readonly [string, string])[] = [
    ["Measures", measureText(metric)],
    ["Window", windowText(metric)],
    ["Good is", direction === "increase" ? "more" : "less"],
    ...(cap === undefined ? [] : [["Cap", cap] as const]),
    ...(covariate === undefined
      ? []
      : [["Covariate", `values of the ${covariate.lookbackDays} days before the phase started`] as const]),
    ...(limit === undefined
      ? []
      : [
          ["Guardrail", `at most ${shareText(limit.maxRelativeChange)} worse; then ${limit.action}`] as const,
        ]),
    ...(owner === undefined ? [] : [["Owner", owner] as const]),
    ...(version === undefined ? [] : [["Version", String(version)] as const]),
  ];
  return [
    heading(name === undefined || name === key ? key : `${key} (${name})`, 3),
    ...(description === undefined ? [] : [text(description)]),
    { kind: "facts", facts },
  ];
}

export function queryBlocks({ queries }: Report): Block[] {
  if (queries.kind === "absent")
    return [heading("SQL"), text(`There is no SQL to reproduce the numbers: ${queries.reason}.`)];
  return [
    heading("SQL"),
    text(
      "Each statement gives a metric's sums by variant from ClickHouse, by the rules of docs/pipeline.md.",
    ),
    ...queries.value.flatMap(({ metric, sql }): Block[] => [
      heading(metric, 3),
      { kind: "code", language: "sql", text: sql },
    ]),
  ];
}

export function provenanceBlocks({ provenance, environment, experiment, phase }: Report): Block[] {
  const { source, at, revision, newestEventTs, newestAt, positions } = provenance;
  return [
    heading("Where the numbers come from"),
    {
      kind: "facts",
      facts: [
        ["Experiment", `${environment}/${experiment}, phase ${phase}`],
        ["Source", source === "streaming" ? "rolling sums of the folds" : "recomputed from ClickHouse"],
        ["Computed", new Date(at).toISOString()],
        ["Revision", countText(revision)],
        ...(newestEventTs === undefined
          ? []
          : [["Newest event, its own time", new Date(newestEventTs).toISOString()] as const]),
        ...(newestAt === undefined
          ? []
          : [["Newest event, taken in", new Date(newestAt).toISOString()] as const]),
        ...(positions.kind === "absent" ? [["Positions", `not known: ${positions.reason}`] as const] : []),
      ],
    },
    ...(positions.kind === "absent"
      ? []
      : [
          {
            kind: "table",
            caption: "How far each partition was counted when this report was made",
            columns: [
              { title: "Partition", isNumber: true },
              { title: "Sequence in the log", isNumber: true },
            ],
            rows: positions.value.map(({ partition, folded }) => [
              cell(String(partition)),
              cell(countText(folded)),
            ]),
          } as const,
        ]),
  ];
}
