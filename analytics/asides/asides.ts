import { succeed } from "../../protocols/errors.ts";
import type { Reply } from "../../protocols/errors.ts";
import type { Clock, Log } from "../../runtime/index.ts";
import type { Warehouse } from "../clickhouse.ts";
import type { Refill } from "../refill.ts";
import { failureText } from "../warehouse-failure.ts";
import type { WarehouseFailure } from "../warehouse-failure.ts";
import { foldersAside, partsAside } from "./places.ts";
import type { Place } from "./places.ts";
import { removableAt } from "./policy.ts";
import type { Terms } from "./policy.ts";

// What was set aside of the embedded warehouse goes by itself, when nobody needs it any more (policy.ts).

export interface AsideOptions extends Terms {
  readonly directory: string;
  readonly warehouse: Warehouse;
  /** Whether all rows are there again that were written once. */
  readonly isLevel: () => Promise<boolean>;
  readonly refill: () => Promise<Refill | undefined>;
  /** When this process made good what it found missing. */
  readonly recoveredMs: number;
  readonly log: Log;
  readonly clock: Clock;
  readonly everyMs?: number;
}

/** What is left. */
export interface AsideState {
  readonly count: number;
  /** When the last of it goes, epoch ms; undefined while rows are still being written again. */
  readonly goneAt: number | undefined;
}

export interface Asides {
  readonly figures: Readonly<{ left: number; removed: number }>;
  /** Removes what a deletion need not leave, and says what it has to wait for. */
  forget(): Promise<Reply<AsideState, WarehouseFailure>>;
  close(): Promise<void>;
}

/** Days pass slowly, but a deletion must not ask for what an hour brought. */
const everyMsDefault = 60_000;

export function openAsides(options: AsideOptions): Asides {
  const { log, clock, everyMs = everyMsDefault } = options;
  const stopping = new AbortController();
  const figures = { left: 0, removed: 0 };
  /** One at a time; and what was said to stay is not said again. */
  let busy: Promise<unknown> = Promise.resolve();
  const told = new Set<string>();

  const sweep = (isDeletionWaiting: boolean): Promise<Reply<AsideState, WarehouseFailure>> => {
    const done = busy.then(() => sweepOnce(isDeletionWaiting));
    busy = done.catch(() => undefined);
    return done;
  };

  async function sweepOnce(isDeletionWaiting: boolean): Promise<Reply<AsideState, WarehouseFailure>> {
    const parts = await partsAside(options.warehouse);
    if (!parts.ok) return parts;
    const places = [...foldersAside(options.directory), ...parts.value];
    const now = {
      nowMs: clock.now(),
      isLevel: await options.isLevel(),
      recoveredMs: options.recoveredMs,
      refill: await options.refill(),
      isDeletionWaiting,
    };
    figures.left = places.length;
    let goneAt: number | undefined = 0;
    for (const place of places) {
      const at = removableAt(place, options, now);
      if (at === undefined || at > now.nowMs) {
        goneAt = at === undefined || goneAt === undefined ? undefined : Math.max(goneAt, at);
        if (at !== undefined) sayStays(place, at);
        continue;
      }
      const removed = await place.remove();
      if (!removed.ok) return removed;
      figures.left--;
      figures.removed++;
      const because = isDeletionWaiting ? "a unit was deleted" : "its time is over";
      log.info("warehouse.aside_removed", { aside: place.name, setAsideAt: isoOf(place.at), because });
    }
    return succeed({ count: figures.left, goneAt });
  }

  function sayStays({ name, at }: Place, goesAt: number): void {
    if (told.has(name)) return;
    told.add(name);
    log.warn("warehouse.aside_stays", { aside: name, setAsideAt: isoOf(at), removedAt: isoOf(goesAt) });
  }

  async function run(): Promise<void> {
    while (!stopping.signal.aborted) {
      const done = await sweep(false).catch((error: unknown) => {
        log.warn("warehouse.aside_not_removed", { error });
      });
      if (done?.ok === false)
        log.warn("warehouse.aside_not_removed", {
          code: done.failure.code,
          reason: failureText(done.failure),
        });
      await clock.sleep(everyMs, stopping.signal);
    }
  }
  const ended = run();
  return {
    figures,
    forget: () => sweep(true),
    async close() {
      stopping.abort();
      await ended;
    },
  };
}

export const isoOf = (at: number): string => new Date(at).toISOString();
