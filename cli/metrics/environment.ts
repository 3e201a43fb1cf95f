import type { Page, Versioned } from "../../protocols/environment-messages.ts";
import type { PublishedExperiment } from "../../protocols/experiment.ts";
import type { Metric } from "../../protocols/metric.ts";
import { routes, type Route } from "../../protocols/routes.ts";
import type { Api } from "../api.ts";

/** What a running Weir has of an environment, as its authors see it: the drafts. */
export interface EnvironmentMetrics {
  readonly metrics: readonly Versioned<Metric>[];
  readonly experiments: readonly PublishedExperiment[];
}

const pageItems = "100";

export async function environmentMetrics(
  api: Api,
  environment: string,
  signal?: AbortSignal,
): Promise<EnvironmentMetrics> {
  const metrics = await everyPage<Versioned<Metric>>(api, routes.metricList, environment, signal);
  const experiments = await everyPage<Versioned<PublishedExperiment>>(
    api,
    routes.experiments,
    environment,
    signal,
  );
  return { metrics, experiments: experiments.map(({ entity }) => entity) };
}

async function everyPage<Item>(
  api: Api,
  { method, path }: Route,
  environment: string,
  signal: AbortSignal | undefined,
): Promise<readonly Item[]> {
  const items: Item[] = [];
  let cursor: string | undefined;
  do {
    const query = { env: environment, limit: pageItems, ...(cursor === undefined ? {} : { cursor }) };
    const page = await api.call<Page<Item>>(method, path, {
      query,
      ...(signal === undefined ? {} : { signal }),
    });
    items.push(...page.items);
    cursor = page.next === undefined ? undefined : String(page.next);
  } while (cursor !== undefined);
  return items;
}
