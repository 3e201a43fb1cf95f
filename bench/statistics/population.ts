import { strict as assert } from "node:assert";
import { ExperimentDefinition } from "../../protocols/experiment.ts";
import type { Warehouse } from "../../analytics/clickhouse.ts";
import { failureText } from "../../analytics/warehouse-failure.ts";

// An experiment's rows, made inside ClickHouse: 10 million events in seconds. Amounts are skewed as prices are, and
// depend on the unit, so that events of one unit resemble each other.

export const environment = "bench";
const startMs = Date.UTC(2026, 0, 10);

export interface Population {
  readonly units: number;
  readonly eventsPerUnit: number;
  readonly variants: number;
}

const variantKey = (index: number): string => (index === 0 ? "control" : `v${index}`);

export function populationDefinition(variants: number, metrics: readonly unknown[]): ExperimentDefinition {
  const weight = Math.floor(10_000 / variants);
  return ExperimentDefinition.parse({
    experiment: {
      key: "population",
      flag: "f",
      variants: Array.from({ length: variants }, (_, index) => ({
        key: variantKey(index),
        variation: "on",
        weight: index === 0 ? 10_000 - weight * (variants - 1) : weight,
      })),
      control: "control",
      metrics: { primary: (metrics[0] as { key: string }).key },
      status: "running",
      phase: 1,
    },
    metrics,
  });
}

export async function populate(
  warehouse: Warehouse,
  { units, eventsPerUnit, variants }: Population,
): Promise<void> {
  const keys = `[${Array.from({ length: variants }, (_, index) => `'${variantKey(index)}'`).join(", ")}]`;
  const at = (offset: string): string => `fromUnixTimestamp64Milli(toInt64(${startMs} + ${offset}))`;
  await done(
    warehouse,
    `INSERT INTO weir.exposures (ts, env, experiment, phase, variant, flag, unit, event_id, session, metadata, received_at, precedence)
SELECT ${at("number % 86400000")}, '${environment}', 'population', 1, ${keys}[number % ${variants} + 1], 'f', cityHash64(number),
  number, '', '', ${at("number % 86400000")}, number FROM numbers(${units})`,
  );
  const amount = `exp(1 + 0.8 * sqrt(-2 * log((cityHash64(n, 1) + 1) / 18446744073709551617.)) * cos(6.283185307179586 * cityHash64(n, 2) / 18446744073709551616.)) * (1 + cityHash64(u, 3) / 36893488147419103232.)`;
  await done(
    warehouse,
    `INSERT INTO weir.events (ts, env, event, unit, event_id, value, session, metadata, received_at, precedence)
SELECT ${at("86400000 + n % 86400000")}, '${environment}', 'purchase', cityHash64(u), n, round(${amount}, 2), '', '',
  ${at("86400000 + n % 86400000")}, n
FROM (SELECT number AS n, number % ${units} AS u FROM numbers(${units * eventsPerUnit}))`,
  );
}

async function done(warehouse: Warehouse, sql: string): Promise<void> {
  const answer = await warehouse.command(sql, {}, { timeoutMs: 300_000 });
  assert.ok(answer.ok, answer.ok ? "" : failureText(answer.failure));
}
