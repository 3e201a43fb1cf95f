import { routes, type Route } from "../../protocols/routes.ts";
import type { SignedPlan } from "../../protocols/plan.ts";
import type { Api } from "../api.ts";
import type { Clock } from "../clock.ts";
import { CliFailure } from "../failure.ts";
import { denominatorEvent, numeratorEvent } from "./events.ts";
import type { ReplayMetric } from "./metric-option.ts";

/** A variant of the file as the experiment has it. */
export interface ScratchVariant {
  readonly key: string;
  /** As written in the file. */
  readonly name: string;
  readonly weight: number;
}

export interface ScratchOptions {
  readonly environment: string;
  readonly experiment: string;
  readonly title: string;
  readonly variants: readonly ScratchVariant[];
  /** Key of the control. */
  readonly control: string;
  readonly metrics: readonly ReplayMetric[];
}

/** An edge polls once a second; five times that means that it lost its connection, and a minute that it is down. */
const planWaitMsMax = 120_000;
const planPollMs = 100;

/** Makes an environment of its own with a running experiment, and waits until the gateway has it. */
export async function makeScratch(
  api: Api,
  options: ScratchOptions,
  clock: Clock,
  signal: AbortSignal,
): Promise<void> {
  const { environment, experiment, variants, control, metrics, title } = options;
  const call = (route: Pick<Route, "method" | "path">, key: string, body: unknown) =>
    api.call(route.method, fill(route.path, { key }), { body, query: { env: environment }, signal });

  await createEnvironment(api, environment, title, signal);
  for (const metric of metrics) await call(routes.putMetric, metric.key, metricOf(metric));
  await call(routes.putFlag, experiment, {
    key: experiment,
    name: title,
    type: "string",
    variations: variants.map(({ key, name }) => ({ key, value: name, name })),
    offVariation: control,
    fallthrough: { experiment, otherwise: control },
  });
  const [primary, ...secondary] = metrics.map(({ key }) => key);
  await call(routes.putExperiment, experiment, {
    key: experiment,
    name: title,
    flag: experiment,
    variants: variants.map(({ key, weight }) => ({ key, variation: key, weight })),
    control,
    metrics: { primary, secondary },
    analysis: { sampleRatioAction: "alert" }, // of what is over there is nothing to stop
  });
  await start(api, environment, experiment, signal);
  await waitForPlan(api, environment, experiment, clock, signal);
}

/** Put away: no longer served or folded. Its data stays until it ages out. */
export const archiveScratch = (api: Api, environment: string): Promise<unknown> =>
  api.call(routes.archiveEnvironment.method, fill(routes.archiveEnvironment.path, { key: environment }), {
    deadlineMs: 15_000,
  });

/** A route's path with its parameters filled in. */
export const fill = (path: string, parameters: Readonly<Record<string, string>>): string =>
  path.replace(/:(\w+)/g, (_, name: string) => encodeURIComponent(parameters[name] ?? ""));

async function createEnvironment(api: Api, key: string, name: string, signal: AbortSignal): Promise<void> {
  const { method, path } = routes.createEnvironment;
  const answer = await api.ask(method, path, {
    body: { key, name: `Replay of ${name}`.slice(0, 200) },
    signal,
  });
  // The first try may have arrived although its answer did not.
  if (!answer.ok && answer.code !== "already_exists")
    throw new CliFailure(answer.code, `cannot make the environment ${key}: ${answer.message}`);
}

async function start(api: Api, environment: string, experiment: string, signal: AbortSignal): Promise<void> {
  const path = fill(routes.lifecycle.path, { key: experiment, action: "start" });
  const answer = await api.ask(routes.lifecycle.method, path, {
    query: { env: environment },
    body: {},
    signal,
  });
  if (!answer.ok && answer.code !== "illegal_transition")
    throw new CliFailure(answer.code, `cannot start the experiment: ${answer.message}`);
}

async function waitForPlan(
  api: Api,
  environment: string,
  experiment: string,
  clock: Clock,
  signal: AbortSignal,
): Promise<void> {
  const path = fill(routes.config.path, { env: environment });
  const deadline = clock.now() + planWaitMsMax;
  for (;;) {
    const answer = await api.ask<SignedPlan>("GET", path, { signal });
    const experiments = answer.ok ? Object.entries(answer.value.plan.experiments) : [];
    if (experiments.some(([key, { status }]) => key === experiment && status === "running")) return;
    if (clock.now() > deadline)
      throw new CliFailure(
        "plan_missing",
        `${api.url} does not serve the environment ${environment} yet, although it was published`,
      );
    await clock.sleep(planPollMs, signal);
    signal.throwIfAborted();
  }
}

function metricOf(metric: ReplayMetric): unknown {
  const { key, name, type } = metric;
  const definition =
    type === "ratio"
      ? {
          type,
          numerator: { event: numeratorEvent(key), aggregate: "sum" },
          denominator: { event: denominatorEvent(key), aggregate: "sum" },
        }
      : { type, event: key };
  return { key, name, definition };
}
