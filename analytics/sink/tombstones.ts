import type { Hash64 } from "../../protocols/hash64.ts";
import { hash64Of } from "../../protocols/hash64.ts";
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
  /** By environment and the two halves of the hash: a look-up of each row must not make a text of it. */
  readonly #units = new Map<string, Map<number, Set<number>>>();
  #size = 0;
  #loadedMs = Number.NEGATIVE_INFINITY;

  constructor(warehouse: Warehouse, clock: Clock) {
    this.#warehouse = warehouse;
    this.#clock = clock;
  }

  get size(): number {
    return this.#size;
  }

  add(environment: string, { high, low }: Hash64): void {
    let units = this.#units.get(environment);
    if (units === undefined) this.#units.set(environment, (units = new Map()));
    let lows = units.get(high);
    if (lows === undefined) units.set(high, (lows = new Set()));
    if (lows.has(low)) return;
    lows.add(low);
    this.#size++;
  }

  /** Reads the table unless it was read lately; false when ClickHouse did not answer. */
  async refresh(): Promise<boolean> {
    const now = this.#clock.monotonicMs();
    if (now - this.#loadedMs < reloadAfterMs) return true;
    const found = await this.#warehouse.query<{ env: string; unit: string }>(
      `SELECT DISTINCT env, unit FROM ${tables.deletions.name}`,
    );
    if (!found.ok) return false;
    for (const { env, unit } of found.value) this.add(env, hash64Of(BigInt(unit)));
    this.#loadedMs = now;
    return true;
  }

  without({ table, rows }: Block): readonly Row[] {
    if (this.#size === 0 || table === "deletions") return rows;
    return rows.filter(({ environment, unit }) => unit === undefined || !this.#has(environment, unit));
  }

  #has(environment: string, { high, low }: Hash64): boolean {
    return this.#units.get(environment)?.get(high)?.has(low) === true;
  }
}
