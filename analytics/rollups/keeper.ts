import { succeed } from "../../protocols/errors.ts";
import type { Reply } from "../../protocols/errors.ts";
import type { Clock, Log, Random } from "../../runtime/index.ts";
import type { Warehouse } from "../clickhouse.ts";
import { failureText } from "../warehouse-failure.ts";
import type { WarehouseFailure } from "../warehouse-failure.ts";
import { computeDays } from "./compute.ts";
import { logBegan, nameComputed, readLedger } from "./ledger.ts";
import type { DayState, Ledger } from "./ledger.ts";
import { markEveryDay } from "./marks.ts";

// Keeps the rollups exact: computes the days that are due, in the background, newest first.
//   R1. Due is a day with a mark, and one whose views added something since it was computed, some hours later.
//   R2. Only the sink's owner computes, since only it knows up to where all rows are in the tables, and never while rows are
//       written again: then the table lacks what the rollup still knows.
//   R3. Now and then a day that is not due is computed as well. If it changes, it was wrong, and is right now.
//   R4. Computing has a tenth of the time at most.

export interface RollupKeeperOptions {
  readonly warehouse: Warehouse;
  /** Of this process's sink; undefined while another process writes. */
  readonly acknowledged: () => number | undefined;
  /** Rows that were there are being written again. */
  readonly isRefilling: () => Promise<boolean>;
  readonly log: Log;
  readonly clock: Clock;
  readonly random: Random;
  readonly everyMs?: number;
  /** Between two computations of a day that rows still come to. */
  readonly addedMsMax?: number;
  readonly auditEveryMs?: number;
}

export interface RollupFigures {
  /** Days with a mark. */
  pending: number;
  computed: number;
  /** Of those computed: sums that were not those of the table. */
  corrected: number;
}

const everyMsDefault = 10_000;
/** Late rows come to a week of days, which are computed together: four times a day, each month is read once. */
const addedMsMaxDefault = 6 * 3_600_000;
/** Every day of a quarter is looked at about twice in it. */
const auditEveryMsDefault = 12 * 3_600_000;
const restPerWork = 9;
const batchDays = 8;

export interface RollupKeeper {
  readonly figures: Readonly<RollupFigures>;
  close(): Promise<void>;
}

export function openRollupKeeper(options: RollupKeeperOptions): RollupKeeper {
  const { log, clock, everyMs = everyMsDefault } = options;
  const stopping = new AbortController();
  const figures: RollupFigures = { pending: 0, computed: 0, corrected: 0 };
  let auditedMs = clock.monotonicMs();

  async function run(): Promise<void> {
    while (!stopping.signal.aborted) {
      const beganMs = clock.monotonicMs();
      const isAuditDue = beganMs - auditedMs >= (options.auditEveryMs ?? auditEveryMsDefault);
      try {
        const done = await keepRollups({ ...options, figures, signal: stopping.signal, isAuditDue });
        if (!done.ok)
          log.warn("rollups.delayed", { code: done.failure.code, reason: failureText(done.failure) });
        else if (isAuditDue) auditedMs = beganMs;
      } catch (error) {
        log.warn("rollups.delayed", { error }); // the message system is away
      }
      const restMs = Math.max(everyMs, (clock.monotonicMs() - beganMs) * restPerWork); // R4
      await clock.sleep(restMs, stopping.signal);
    }
  }
  const ended = run();
  return {
    figures,
    async close() {
      stopping.abort();
      await ended;
    },
  };
}

interface Round extends RollupKeeperOptions {
  readonly figures: RollupFigures;
  readonly signal: AbortSignal;
  readonly isAuditDue: boolean;
}

/** One round over the days that are due. */
export async function keepRollups(round: Round): Promise<Reply<void, WarehouseFailure>> {
  const { warehouse, figures, log, random, signal, isAuditDue } = round;
  if (round.acknowledged() === undefined) return succeed(undefined);
  const isRefilling = await round.isRefilling();
  let ledger = await readLedger(warehouse);
  if (!ledger.ok) return ledger;
  figures.pending = ledger.value.days.filter(({ marks }) => marks.length > 0).length;
  const upTo = round.acknowledged();
  if (isRefilling || upTo === undefined) return succeed(undefined); // R2
  if (ledger.value.days.some(({ reached }) => reached > upTo)) {
    const begun = await beginAnew(round, ledger.value);
    if (!begun.ok) return begun;
    ledger = await readLedger(warehouse);
    if (!ledger.ok) return ledger;
  }
  const due = ledger.value.days.filter((state) => isDue(state, ledger.value.nowMs, upTo, round)).reverse();
  if (isAuditDue) {
    const others = ledger.value.days.filter((state) => state.generation > 0 && !due.includes(state));
    const chosen = others[Math.floor(random.fraction() * others.length)];
    if (chosen !== undefined) due.push(chosen); // R3
  }
  for (const states of Map.groupBy(due, placeOf).values()) {
    if (signal.aborted || round.acknowledged() === undefined) return succeed(undefined);
    const done = await computeDays(warehouse, states, ledger.value, upTo);
    if (!done.ok) return done;
    for (const { rollup, day, generation, marks } of states) {
      figures.computed++;
      if (marks.length > 0 && marks.every((mark) => isRipe(mark, ledger.value.nowMs, upTo)))
        figures.pending--;
      if (!done.value.has(day) || generation === 0) continue;
      figures.corrected++;
      log.info("rollups.corrected", {
        rollup: rollup.name,
        day,
        because: marks.map(({ reason }) => reason),
      });
    }
  }
  return succeed(undefined);
}

/** What is computed together: days of one month, and about a week of them, so that it ends in time. */
const placeOf = ({ rollup, day }: DayState): string =>
  `${rollup.name} ${day.slice(0, 7)} ${Math.floor(Number(day.slice(8)) / batchDays)}`;

/** A computation now settles it. */
const isRipe = ({ at, position }: DayState["marks"][number], nowMs: number, upTo: number): boolean =>
  at <= nowMs && position <= upTo;

function isDue(
  { marks, added, generation }: DayState,
  nowMs: number,
  upTo: number,
  { addedMsMax = addedMsMaxDefault }: Round,
): boolean {
  if (marks.some((mark) => isRipe(mark, nowMs, upTo))) return true;
  return added > 0 && added <= upTo && nowMs - generation >= addedMsMax; // R1
}

/** The log was lost and made anew, and its places begin at one again: what was computed knows no place of this one. */
async function beginAnew(
  { warehouse, log }: Round,
  { nowMs }: Ledger,
): Promise<Reply<void, WarehouseFailure>> {
  log.warn("rollups.log_began_anew", {});
  const noted = await nameComputed(warehouse, logBegan, {
    days: ["1970-01-01"],
    generation: nowMs,
    position: 0,
  });
  if (!noted.ok) return noted;
  const marked = await markEveryDay(warehouse, { reason: "loss" });
  if (!marked.ok) return marked;
  return warehouse.command(
    "ALTER TABLE weir.rollup_days UPDATE position = 0 WHERE true SETTINGS mutations_sync = 2",
  );
}
