import { routes } from "../../protocols/routes.ts";
import type { Api } from "../api.ts";
import { CliFailure } from "../failure.ts";
import { fill } from "../replay/scratch.ts";
import { demoFlags } from "./flags.ts";
import { demoEnvironment, demoExperiment, demoMetrics } from "./truth.ts";

/** Makes what is missing of the demonstration and leaves what is there as it is: people may have changed it. */
export async function seedDemo(api: Api, signal: AbortSignal): Promise<void> {
  const inDemo = { query: { env: demoEnvironment }, signal };
  const { method, path } = routes.createEnvironment;
  const environment = { key: demoEnvironment, name: "Demonstration" };
  tolerate(
    await api.ask(method, path, { body: environment, signal }),
    "already_exists",
    `environment ${demoEnvironment}`,
  );

  const existing = await keysOf(api, routes.metricList.path, inDemo);
  for (const metric of demoMetrics)
    if (!existing.has(metric.key))
      await api.call("PUT", fill(routes.putMetric.path, { key: metric.key }), { ...inDemo, body: metric });
  for (const flag of demoFlags)
    tolerate(
      await api.ask("POST", routes.createFlag.path, { ...inDemo, body: flag }),
      "already_exists",
      `flag ${flag.key}`,
    );
  tolerate(
    await api.ask("POST", routes.createExperiment.path, { ...inDemo, body: experiment }),
    "already_exists",
    `experiment ${experiment.key}`,
  );
  // Start publishes the experiment with its flag; the other flags have an edition of their own, once.
  const start = fill(routes.lifecycle.path, { key: demoExperiment.key, action: "start" });
  const started = await api.ask("POST", start, { ...inDemo, body: {} });
  tolerate(started, "illegal_transition", `start of ${demoExperiment.key}`);
  if (started.ok)
    await api.call("POST", fill(routes.publishEnvironment.path, { key: demoEnvironment }), {
      signal,
      body: { note: "Demonstration" },
    });
}

export const experiment = {
  key: demoExperiment.key,
  name: "Checkout button",
  hypothesis: "A green button is seen sooner, so more visitors buy, without cheaper orders.",
  flag: demoExperiment.flag,
  variants: [
    { key: demoExperiment.control, variation: "blue", weight: 5_000 },
    { key: demoExperiment.treatment, variation: "green", weight: 5_000 },
  ],
  control: demoExperiment.control,
  metrics: { primary: "purchase", secondary: ["revenue", "revenue-per-order"] },
};

type Answer = { readonly ok: true } | { readonly ok: false; readonly code: string; readonly message: string };

function tolerate(answer: Answer, code: string, what: string): void {
  if (!answer.ok && answer.code !== code)
    throw new CliFailure(answer.code, `${what} of the demonstration: ${answer.message}`);
}

interface ListOptions {
  readonly query: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
}

async function keysOf(api: Api, path: string, options: ListOptions): Promise<Set<string>> {
  const { items } = await api.call<{ items: readonly { entity: { key: string } }[] }>("GET", path, options);
  return new Set(items.map(({ entity }) => entity.key));
}
