import type { corrections, spendings } from "../../protocols/analysis-plan.ts";
import type { Effect, PowerRequest, shapes } from "../../protocols/power.ts";
import type { PowerAnswer } from "../../protocols/power-answer.ts";
import { routes } from "../../protocols/routes.ts";
import type { z } from "zod";
import { Api } from "../api.ts";
import { environmentName } from "../environment-name.ts";
import { usageFailure } from "../failure.ts";
import type { Target } from "../target.ts";
import { asJob, type Following } from "./job.ts";
import { powerText } from "./power-text.ts";

export interface PowerOptions {
  readonly baseline?: number;
  readonly sd?: number;
  readonly metric?: readonly string[];
  readonly effect?: string;
  readonly margin?: string;
  readonly decrease?: boolean;
  readonly alpha: number;
  readonly power: number;
  readonly weights: string;
  readonly correction: (typeof corrections)[number];
  readonly monitoring: "fixed" | "group_sequential" | "always_valid";
  readonly looks?: number;
  readonly spending?: (typeof spendings)[number];
  readonly tunedFor?: number;
  readonly rho?: number;
  readonly cuped: boolean;
  readonly traffic?: number;
  readonly units?: number;
  readonly days: number;
  readonly lookback: number;
  readonly experiment?: string;
  readonly flag?: string;
  readonly simulate?: number;
  readonly shape?: (typeof shapes)[number];
  readonly seed: number;
  readonly environment?: string;
  readonly json?: boolean;
}

/** `weir power`: the text to print. */
export async function powerCommand(
  options: PowerOptions,
  target: Target,
  following: Following,
): Promise<string> {
  const body = requestOf(options);
  const api = new Api(target);
  const env = await environmentName(api, options.environment);
  const answer = await asJob<PowerAnswer>(api, routes.power.path, { body, env }, following);
  return options.json === true ? JSON.stringify(answer) : powerText(answer);
}

type Asked = z.input<typeof PowerRequest>;

/** What the options ask for, or what is wrong with them. */
export function requestOf(options: PowerOptions): Asked {
  const { baseline, sd, metric, rho, traffic, units, simulate, experiment, flag } = options;
  if ((baseline === undefined) === (metric === undefined))
    throw usageFailure(
      "say where to start: --baseline with a number, or --metric with the environment's own",
    );
  if (
    options.effect === undefined &&
    options.margin === undefined &&
    units === undefined &&
    traffic === undefined &&
    metric === undefined
  )
    throw usageFailure("say what to find (--effect, --margin), or with how many units (--units, --traffic)");
  const goal = {
    ...(options.margin === undefined ? {} : { margin: changeOf("--margin", options.margin) }),
    ...(options.decrease === true ? { direction: "decrease" as const } : {}),
    ...(rho === undefined ? {} : { covariateCorrelation: rho }),
  };
  return {
    metrics:
      baseline === undefined
        ? (metric ?? []).map((key) => ({ metric: key, ...goal }))
        : [{ metric: "metric", baseline: baselineOf(baseline, sd), ...goal }],
    weights: options.weights.split(",").map(Number),
    alpha: options.alpha,
    power: options.power,
    ...(options.effect === undefined ? {} : { effect: changeOf("--effect", options.effect) }),
    correction: options.correction,
    monitoring: monitoringOf(options),
    cuped: options.cuped,
    ...(traffic === undefined ? {} : { unitsPerDay: traffic }),
    ...(units === undefined ? {} : { units }),
    days: options.days,
    ...(metric === undefined
      ? {}
      : {
          history: {
            days: options.lookback,
            ...(experiment === undefined ? {} : { experiment }),
            ...(flag === undefined ? {} : { flag }),
          },
        }),
    ...(simulate === undefined
      ? {}
      : {
          simulate: {
            replicates: simulate,
            seed: options.seed,
            ...(options.shape === undefined ? {} : { shape: options.shape }),
          },
        }),
  };
}

function baselineOf(baseline: number, sd: number | undefined) {
  if (sd !== undefined) return { kind: "mean", mean: baseline, standardDeviation: sd } as const;
  if (!(baseline >= 0 && baseline <= 1))
    throw usageFailure(
      "--baseline is a rate between 0 and 1; for the mean of another metric say its --sd, too",
    );
  return { kind: "proportion", rate: baseline } as const;
}

function monitoringOf({ monitoring, looks, spending, tunedFor }: PowerOptions): Asked["monitoring"] {
  const often = looks === undefined ? {} : { looks };
  switch (monitoring) {
    case "fixed":
      return { kind: monitoring };
    case "group_sequential":
      return { kind: monitoring, ...often, ...(spending === undefined ? {} : { spending }) };
    case "always_valid":
      return { kind: monitoring, ...often, ...(tunedFor === undefined ? {} : { tunedFor }) };
  }
}

/** "5%" is a share of the control's mean; "0.5" is in the metric's own units. */
function changeOf(option: string, text: string): Effect {
  const isRelative = text.trim().endsWith("%");
  const value = Number(isRelative ? text.trim().slice(0, -1) : text);
  if (text.trim() === "" || !Number.isFinite(value))
    throw usageFailure(`${option} is a change as in 5% or 0.005, and not "${text}"`);
  return isRelative ? { relative: value / 100 } : { absolute: value };
}
