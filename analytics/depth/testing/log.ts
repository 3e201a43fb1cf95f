import assert from "node:assert/strict";
import { eventHash, uint64Text, unitHash } from "../../../protocols/hash64.ts";
import type { UnitId } from "../../../protocols/ids.ts";
import { systemClock } from "../../../runtime/index.ts";
import type { Warehouse } from "../../clickhouse.ts";
import { columnNames, tables } from "../../schema/tables.ts";
import { failureText } from "../../warehouse-failure.ts";

// Rows of a real warehouse, said unit by unit: what each met, what was decided for it, and what it did.

export const start = Date.UTC(2026, 0, 31);
/** Its first characters are its hash. */
const hashOf = (unit: number): string =>
  uint64Text(unitHash(String(unit).padStart(8, "0").padEnd(22, "A") as UnitId));
const idOf = (kind: "exposure" | "metric" | "decision", text: string): string =>
  uint64Text(eventHash(kind, text));

interface Said {
  readonly unit: number;
  /** Ms after `start`. */
  readonly after?: number;
}

/** Gathers, and writes everything in one insert a table. */
export class LogOf {
  readonly #env: string;
  readonly #rows = {
    exposures: [] as Record<string, unknown>[],
    events: [] as Record<string, unknown>[],
    decisions: [] as Record<string, unknown>[],
    definitions: [] as Record<string, unknown>[],
    identities: [] as Record<string, unknown>[],
    consents: [] as Record<string, unknown>[],
  };

  constructor(env: string) {
    this.#env = env;
  }

  exposed({
    unit,
    after = 0,
    ...said
  }: Said & { readonly experiment: string; readonly variant: string }): void {
    const row = { phase: 1, flag: "f", event_id: idOf("exposure", `${said.experiment}-${unit}-${after}`) };
    this.#rows.exposures.push({ ...this.#tail(unit, after), ...row, ...said, bot: 0 });
  }

  did({ unit, after = 1_000, value }: Said & { readonly value: number }): void {
    const row = { event: "purchase", event_id: idOf("metric", `${unit}-${after}`), value, bot: 0 };
    this.#rows.events.push({ ...this.#tail(unit, after), ...row });
  }

  decided({
    unit,
    after = 0,
    ...said
  }: Said & { readonly code: string; readonly experiment?: string; readonly variant?: string }): void {
    const row = {
      source: "gateway",
      decision: "",
      flag: "f",
      variation: "on",
      reason: "SPLIT",
      rule: "",
      experiment: "",
      variant: "",
      phase: said.experiment === undefined ? 0 : 1,
      propensity: null,
      shadow: "",
      version: 1,
      event_id: idOf("decision", `${said.code}-${unit}-${after}`),
    };
    this.#rows.decisions.push({ ...this.#tail(unit, after), ...row, ...said });
  }

  linked({ unit, known }: { readonly unit: number; readonly known: number }): void {
    this.#rows.identities.push({ ...this.#tail(unit, 0), known: hashOf(known) });
  }

  optedOut(unit: number): void {
    this.#rows.consents.push({
      ...this.#tail(unit, 0),
      event_id: idOf("metric", `consent-${unit}`),
      analytics: 0,
    });
  }

  defined(definition: { readonly experiment: { readonly key: string } }): void {
    this.#rows.definitions.push({
      env: this.#env,
      experiment: definition.experiment.key,
      phase: 1,
      version: 1,
      definition: JSON.stringify(definition),
      received_at: start,
      precedence: 1,
    });
  }

  async write(warehouse: Warehouse): Promise<void> {
    for (const [table, rows] of Object.entries(this.#rows)) {
      if (rows.length === 0) continue;
      const columns = columnNames(table as keyof typeof tables);
      const values = rows.map((row) => columns.map((column) => row[column]));
      const done = await warehouse.insert(tables[table as keyof typeof tables], values);
      assert.ok(done.ok, done.ok ? "" : failureText(done.failure));
    }
  }

  #tail(unit: number, after: number): Record<string, unknown> {
    return {
      ts: start + after,
      env: this.#env,
      unit: hashOf(unit),
      session: "",
      metadata: "",
      received_at: systemClock.now(),
      precedence: 1e9 - unit,
    };
  }
}
