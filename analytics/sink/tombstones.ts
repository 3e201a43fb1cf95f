import type { Clock } from "../../runtime/index.ts";
import type { Warehouse } from "../clickhouse.ts";
import { tables } from "../schema/tables.ts";
import type { Block } from "./blocks.ts";
import type { Row } from "./rows.ts";

// Units that were deleted: no row of theirs is written any more.
//   X1. Known from the table, which a deletion fills before it removes anything, and from the stream itself.
//   X2. The table is read again now and then, since another process may have served a deletion. What slipped in before
//       is removed when the deletion's own record comes through the sink (`deletion.ts`).

/** A deletion may take a few minutes; half a minute of it may go by here. */
const reloadAfterMs = 30_000;

export class Tombstones {
  readonly #warehouse: Warehouse;
  readonly #clock: Clock;
  readonly #units = new Set<string>();
  #loadedMs = Number.NEGATIVE_INFINITY;

  constructor(warehouse: Warehouse, clock: Clock) {
    this.#warehouse = warehouse;
    this.#clock = clock;
  }

  get size(): number {
    return this.#units.size;
  }

  add(environment: string, unit: string): void {
    this.#units.add(`${environment} ${unit}`);
  }

  /** Reads the table unless it was read lately; false when ClickHouse did not answer. */
  async refresh(): Promise<boolean> {
    const now = this.#clock.monotonicMs();
    if (now - this.#loadedMs < reloadAfterMs) return true;
    const found = await this.#warehouse.query<{ env: string; unit: string }>(
      `SELECT DISTINCT env, unit FROM ${tables.deletions.name}`,
    );
    if (!found.ok) return false;
    for (const { env, unit } of found.value) this.add(env, unit);
    this.#loadedMs = now;
    return true;
  }

  without({ table, rows }: Block): readonly Row[] {
    if (this.#units.size === 0 || table === "deletions") return rows;
    return rows.filter(({ environment, unit }) => !this.#units.has(`${environment} ${unit}`));
  }
}
