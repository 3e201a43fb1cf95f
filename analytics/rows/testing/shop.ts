import assert from "node:assert/strict";
import { ExperimentDefinition } from "../../../protocols/experiment.ts";
import { eventHash, uint64Text, unitHash } from "../../../protocols/hash64.ts";
import type { UnitId } from "../../../protocols/ids.ts";
import { systemClock } from "../../../runtime/index.ts";
import type { Warehouse } from "../../clickhouse.ts";
import { columnNames, tables } from "../../schema/tables.ts";
import { failureText } from "../../warehouse-failure.ts";

// A small shop's rows in a real warehouse: what each unit did is given, unit by unit.

export interface ShopUnit {
  readonly variant: string;
  /** Amounts of its purchases. */
  readonly purchases: readonly number[];
}

export function shopDefinition(
  experiment: string,
  metrics: readonly { readonly key: string; readonly [member: string]: unknown }[],
  variants: readonly string[] = ["control", "treatment"],
): ExperimentDefinition {
  const weight = Math.floor(10_000 / variants.length);
  return ExperimentDefinition.parse({
    experiment: {
      key: experiment,
      flag: "f",
      variants: variants.map((key, index) => ({
        key,
        variation: "on",
        weight: index === 0 ? 10_000 - weight * (variants.length - 1) : weight,
      })),
      control: variants[0],
      metrics: { primary: metrics[0]?.key, secondary: metrics.slice(1).map(({ key }) => key) },
      status: "running",
      phase: 1,
    },
    metrics,
  });
}

const start = Date.UTC(2026, 0, 31);
/** Its first characters are its hash. */
const unitIdOf = (index: number): UnitId => String(index).padStart(8, "0").padEnd(22, "A") as UnitId;

export async function fillShop(
  warehouse: Warehouse,
  env: string,
  experiment: string,
  units: readonly ShopUnit[],
): Promise<void> {
  const now = systemClock.now();
  const hash = (index: number): string => uint64Text(unitHash(unitIdOf(index)));
  const exposures = units.map(({ variant }, index) => ({
    ts: start,
    env,
    experiment,
    phase: 1,
    variant,
    flag: "f",
    unit: hash(index),
    event_id: uint64Text(eventHash("exposure", `${index}`)),
    session: "",
    metadata: "",
    received_at: now,
    precedence: 1e9 - index,
    bot: 0,
  }));
  const events = units.flatMap(({ purchases }, index) =>
    purchases.map((value, place) => ({
      ts: start + 1_000 + place,
      env,
      event: "purchase",
      unit: hash(index),
      event_id: uint64Text(eventHash("metric", `${index}-${place}`)),
      value,
      session: "",
      metadata: "",
      received_at: now,
      precedence: 1e9 - index,
      bot: 0,
    })),
  );
  await insert(warehouse, "exposures", exposures);
  await insert(warehouse, "events", events);
}

/** By metric, each unit's value from before. */
export async function fillCovariates(
  warehouse: Warehouse,
  env: string,
  experiment: string,
  values: Readonly<Record<string, readonly number[]>>,
): Promise<void> {
  const rows = Object.entries(values).flatMap(([metric, all]) =>
    all.map((first, index) => ({
      env,
      experiment,
      phase: 1,
      metric,
      unit: uint64Text(unitHash(unitIdOf(index))),
      first,
      second: 0,
      received_at: systemClock.now(),
      precedence: 1e9 - index,
    })),
  );
  await insert(warehouse, "covariates", rows);
}

async function insert(
  warehouse: Warehouse,
  table: "exposures" | "events" | "covariates",
  rows: readonly Readonly<Record<string, unknown>>[],
): Promise<void> {
  if (rows.length === 0) return;
  const columns = columnNames(table);
  const done = await warehouse.insert(
    tables[table],
    rows.map((row) => columns.map((column) => row[column])),
  );
  assert.ok(done.ok, done.ok ? "" : failureText(done.failure));
}
