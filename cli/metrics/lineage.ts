import {
  eventLineage,
  metricLineage,
  type EventLineage,
  type ExperimentUse,
  type LineageSource,
  type MetricLineage,
} from "../../protocols/lineage.ts";
import { routes } from "../../protocols/routes.ts";
import type { Api } from "../api.ts";
import { CliFailure } from "../failure.ts";
import { fill } from "../replay/scratch.ts";
import { environmentMetrics } from "./environment.ts";

// `weir metrics lineage`: what a metric is made of and who uses it, or what breaks when an event stops.

export interface LineageAsked {
  readonly metric?: string | undefined;
  readonly event?: string | undefined;
}

export type Lineages = readonly (MetricLineage | EventLineage)[];

/** From files: no experiment is known there. */
export function lineageOfFiles(source: LineageSource, { metric, event }: LineageAsked): Lineages {
  if (event !== undefined) return [eventLineage(event, source)];
  const keys = metric === undefined ? source.metrics.map(({ key }) => key) : [metric];
  return keys.map((key) => {
    const found = metricLineage(key, source);
    if (found === undefined)
      throw new CliFailure("metric_not_found", `there is no metric ${key} in these files`);
    return found;
  });
}

export async function lineageOfEnvironment(
  api: Api,
  environment: string,
  { metric, event }: LineageAsked,
): Promise<Lineages> {
  if (metric !== undefined) {
    const { method, path } = routes.metricLineage;
    return [await api.call<MetricLineage>(method, fill(path, { env: environment, key: metric }))];
  }
  if (event !== undefined) {
    const { method, path } = routes.eventLineage;
    return [await api.call<EventLineage>(method, fill(path, { env: environment, name: event }))];
  }
  const { metrics, experiments } = await environmentMetrics(api, environment);
  return lineageOfFiles({ metrics: metrics.map(({ entity }) => entity), experiments }, {});
}

export const lineageText = (lineages: Lineages): string =>
  lineages.map((each) => ("event" in each ? eventText(each) : metricText(each))).join("\n\n");

interface Branch {
  readonly text: string;
  readonly below?: readonly Branch[];
}

function tree({ text, below = [] }: Branch, before = "", first = ""): string[] {
  return [
    `${first}${text}`,
    ...below.flatMap((branch, index) => {
      const isLast = index === below.length - 1;
      return tree(branch, `${before}${isLast ? "   " : "│  "}`, `${before}${isLast ? "└─ " : "├─ "}`);
    }),
  ];
}

/** A branch that has something below it; else what stands for nothing. */
const group = (text: string, below: readonly Branch[], none: string): Branch =>
  below.length === 0 ? { text: `${text}: ${none}` } : { text, below };

function metricText({
  metric,
  events,
  covariate,
  covariateOf,
  experiments,
  features,
}: MetricLineage): string {
  const covariates =
    covariate === undefined
      ? []
      : [
          { text: `its own value of ${covariate.lookbackDays ?? "some"} days before` },
          ...covariate.metrics.map((key) => ({ text: `metric ${key}` })),
        ];
  return tree({
    text: `metric ${metric}`,
    below: [
      {
        text: "events",
        below: events.map(({ event, role, properties }) => ({
          text: `${event}${role === "" ? "" : ` (${role})`}`,
          below: properties.map((name) => ({ text: `property ${name}` })),
        })),
      },
      ...(covariates.length === 0 ? [] : [{ text: "covariates", below: covariates }]),
      ...(covariateOf.length === 0
        ? []
        : [{ text: "covariate of", below: covariateOf.map((key) => ({ text: `metric ${key}` })) }]),
      group(
        "experiments",
        experiments.map((use) => ({ text: useText(use) })),
        "none",
      ),
      ...(features.length === 0
        ? []
        : [{ text: "features", below: features.map((flag) => ({ text: `flag ${flag}` })) }]),
    ],
  }).join("\n");
}

const useText = ({ experiment, status, role, earlierDefinition }: ExperimentUse): string =>
  `${experiment} (${role}, ${status}${earlierDefinition === true ? ", by the definition it started with" : ""})`;

function eventText({ event, metrics, experiments }: EventLineage): string {
  const breaks = experiments.filter((each) => each.breaks);
  const rest = experiments.filter((each) => !each.breaks);
  const users = (uses: typeof experiments): Branch[] =>
    uses.map((use) => ({ text: `${useText(use)}: ${use.metric}` }));
  return tree({
    text: `event ${event}`,
    below: [
      group(
        "metrics that read it",
        metrics.map(({ metric, roles, properties, byCovariateOnly }) => {
          const places = roles.filter((role) => role !== "").join(", ");
          const how = byCovariateOnly === true ? " (as a covariate)" : places === "" ? "" : ` (${places})`;
          return { text: metric + how, below: properties.map((name) => ({ text: `property ${name}` })) };
        }),
        "none",
      ),
      group("break if it stops", users(breaks), "no live experiment"),
      ...(rest.length === 0 ? [] : [{ text: "other experiments", below: users(rest) }]),
    ],
  }).join("\n");
}
