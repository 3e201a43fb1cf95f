import type { Versioned } from "../../protocols/environment-messages.ts";
import { isRedefined, metricVersion } from "../../protocols/metric-change.ts";
import type { Metric } from "../../protocols/metric.ts";
import { routes } from "../../protocols/routes.ts";
import type { Api } from "../api.ts";
import { CliFailure } from "../failure.ts";
import { fill } from "../replay/scratch.ts";
import { differencesBetween, type MetricDifference } from "./diff.ts";
import type { MetricInFile } from "./documents.ts";
import { environmentMetrics } from "./environment.ts";
import type { Finding } from "./finding.ts";

// Makes an environment's metrics what the files say. Metrics that the files do not name stay as they are.

export interface Planned {
  readonly differences: readonly MetricDifference[];
  readonly findings: readonly Finding[];
  readonly puts: readonly { readonly metric: Metric; readonly expectedVersion: number }[];
}

/** What applying would do; a file that states an older version than there is was written without knowing of it. */
export async function planApply(
  api: Api,
  environment: string,
  metrics: readonly MetricInFile[],
): Promise<Planned> {
  const present = await environmentMetrics(api, environment);
  const byKey = new Map(present.metrics.map((each) => [each.entity.key as string, each]));
  const findings = metrics.flatMap((each) => outdated(each, byKey.get(each.metric.key)));
  const named = metrics.map(({ metric }) => metric);
  const before = named.flatMap(({ key }) => byKey.get(key)?.entity ?? []);
  const differences = differencesBetween(before, named, present.experiments);
  const changed = new Set(differences.map(({ metric }) => metric));
  return {
    differences,
    findings,
    puts: named
      .filter(({ key }) => changed.has(key))
      .map((metric) => ({ metric, expectedVersion: byKey.get(metric.key)?.version ?? 0 })),
  };
}

function outdated(each: MetricInFile, present: Versioned<Metric> | undefined): Finding[] {
  const { metric, statedVersion } = each;
  if (present === undefined || statedVersion === undefined) return [];
  const version = metricVersion(present.entity);
  if (statedVersion >= version || !isRedefined(present.entity, metric)) return [];
  const message = `states version ${statedVersion} of "${metric.key}", and the environment has version ${version} already`;
  const suggestion = `look at what changed (weir metrics diff), then state version ${version}, or leave it out`;
  return [each.finding(["version"], { code: "refused", message, suggestion })];
}

/** One after the other; the first that is refused ends it, and says what was done. */
export async function putMetrics(
  api: Api,
  environment: string,
  puts: Planned["puts"],
): Promise<readonly Versioned<Metric>[]> {
  const { method, path } = routes.putMetric;
  const done: Versioned<Metric>[] = [];
  for (const { metric, expectedVersion } of puts) {
    const answer = await api.ask<Versioned<Metric>>(method, fill(path, { key: metric.key }), {
      body: metric,
      query: { env: environment },
      headers: { "if-match": `"${expectedVersion}"` },
    });
    if (!answer.ok) {
      const before =
        done.length === 0
          ? "nothing was changed"
          : `changed so far: ${done.map(({ entity }) => entity.key).join(", ")}`;
      throw new CliFailure(answer.code, `metric ${metric.key} is refused: ${answer.message} (${before})`);
    }
    done.push(answer.value);
  }
  return done;
}
