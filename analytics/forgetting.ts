import type { DeletionProof } from "../protocols/analytics-messages.ts";
import { succeed } from "../protocols/errors.ts";
import type { Reply } from "../protocols/errors.ts";
import type { EnvironmentKey, UnitId } from "../protocols/ids.ts";
import type { Clock } from "../runtime/index.ts";
import type { Asides } from "./asides/asides.ts";
import { isoOf } from "./asides/asides.ts";
import type { Warehouse } from "./clickhouse.ts";
import { deleteUnit } from "./deletion.ts";
import { readLedger } from "./rollups/ledger.ts";
import type { WarehouseFailure } from "./warehouse-failure.ts";

// A deletion with all that is not a table's row: the unit's place in the sketches of rollups, and in what was set aside.
//   F1. It is proved when the rows are gone, the rollups of their days were computed without them, and nothing is set aside
//       any more in which they might be. What it waits for, it says.
//   F2. Whoever waits asks every few seconds; the rows are looked for again only now and then.

export interface ForgettingOptions {
  readonly warehouse: Warehouse;
  /** Of the embedded warehouse; a server has none. */
  readonly asides?: Pick<Asides, "forget"> | undefined;
  readonly clock: Clock;
}

/** New rows of a deleted unit are not written; what a crash of others left is found after this. */
const lookAgainMs = 10 * 60_000;
/** 100 bytes each. */
const rememberedMax = 10_000;

export class Forgetting {
  readonly #options: ForgettingOptions;
  /** Units whose rows are gone and that wait for something else, with when that was. */
  readonly #waiting = new Map<string, { readonly proof: DeletionProof; readonly atMs: number }>();

  constructor(options: ForgettingOptions) {
    this.#options = options;
  }

  async forget(environment: EnvironmentKey, unit: UnitId): Promise<Reply<DeletionProof, WarehouseFailure>> {
    const { warehouse, clock } = this.#options;
    const name = `${environment} ${unit}`;
    const before = this.#waiting.get(name);
    const nowMs = clock.monotonicMs();
    const isRecent = before !== undefined && nowMs - before.atMs < lookAgainMs; // F2
    const removed = isRecent
      ? succeed(before.proof)
      : await deleteUnit(warehouse, environment, unit, clock.now());
    if (!removed.ok) return removed;
    const waiting = await this.#waitsFor();
    if (!waiting.ok) return waiting;
    this.#waiting.delete(name);
    if (waiting.value === undefined) return removed;
    if (this.#waiting.size >= rememberedMax) this.#waiting.clear();
    if (removed.value.left === 0)
      this.#waiting.set(name, { proof: removed.value, atMs: isRecent ? before.atMs : nowMs });
    return succeed({ ...removed.value, waiting: waiting.value });
  }

  /** F1. */
  async #waitsFor(): Promise<Reply<string | undefined, WarehouseFailure>> {
    const texts: string[] = [];
    const ledger = await readLedger(this.#options.warehouse);
    if (!ledger.ok) return ledger;
    const days = new Set(
      ledger.value.days
        .filter(({ marks }) => marks.some(({ reason }) => reason === "removal"))
        .map(({ day }) => day),
    );
    if (days.size > 0) texts.push(`rollups of ${days.size} days are being computed without it`);
    const asides = await this.#options.asides?.forget();
    if (asides !== undefined && !asides.ok) return asides;
    if (asides !== undefined && asides.value.count > 0) {
      const { count, goneAt } = asides.value;
      const when = goneAt === undefined ? "when rows are written again" : `by ${isoOf(goneAt)}`;
      texts.push(`${count} damaged folders or parts are set aside, and removed ${when}`);
    }
    return succeed(texts.length === 0 ? undefined : texts.join("; "));
  }
}
