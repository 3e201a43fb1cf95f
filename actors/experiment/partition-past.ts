import type { WarehousePosition } from "../../protocols/analytics-messages.ts";
import { fail, succeed, type Reply } from "../../protocols/errors.ts";
import type { EnvironmentKey } from "../../protocols/ids.ts";
import type { LogCursor, LogRows, LogRowsRequest } from "../../protocols/stored-record.ts";
import { subjects } from "../../protocols/topology.ts";
import type { FoldPast, Messaging } from "../../runtime/index.ts";
import type { Partition } from "./partition.ts";

// A partition's records out of ClickHouse, piece by piece in the order of the log, for when the stream has forgotten them.

type Requests = Pick<Messaging, "request">;

/** A large statement answers within a minute, and is asked once more by then. */
const pieceTimeoutMs = 70_000;
const reachTimeoutMs = 5_000;
const retryAfterMs = 1_000;
/** A piece may hold 4,000 records: so many take a millisecond, and the live folds need the loop, too. */
const recordsPerTurn = 500;
/** sequence × 16,384 (protocols/stored-record.ts). */
const ordersPerMessage = 16_384;

export const partitionPast = (messaging: Requests): FoldPast<Partition> => ({
  reach: async () => {
    const payload = {};
    const answer = await messaging.request<WarehousePosition>(subjects.warehousePosition, payload, {
      timeoutMs: reachTimeoutMs,
    });
    return answer.ok ? succeed(answer.value.acknowledged) : away(answer.failure);
  },

  fold: async (state, key, upTo, folded) => {
    const { partition, partitions } = state.place;
    const environment = key.slice(0, key.lastIndexOf("/")) as EnvironmentKey;
    let after: LogCursor | undefined;
    do {
      const request: LogRowsRequest = {
        environment,
        partition,
        partitions,
        upTo,
        ...(after === undefined ? {} : { after }),
      };
      const piece = await messaging.request<LogRows>(subjects.logRows, request, {
        timeoutMs: pieceTimeoutMs,
      });
      if (!piece.ok) return away(piece.failure);
      const { records, next } = piece.value;
      for (let from = 0; from < records.length; from += recordsPerTurn) {
        const turn = records.slice(from, from + recordsPerTurn);
        for (const record of turn) state.takeStored(record);
        const share = (turn.at(-1)?.order ?? 0) / ((upTo + 1) * ordersPerMessage);
        await folded(turn.length, Math.min(1, share));
      }
      after = next;
    } while (after !== undefined);
    return succeed(undefined);
  },

  takeOver: (state, live) => {
    const known = new Set(state.experiments);
    const missing = live.experiments.filter((experiment) => !known.has(experiment));
    if (missing.length > 0)
      return refused(`ClickHouse does not know what ${missing.slice(0, 3).join(", ")} meant`);
    state.takeOutgoing(live);
    return succeed(undefined);
  },
});

function away(failure: { readonly code: string; readonly reason?: string }): Reply<never> {
  const reason = failure.reason ?? failure.code;
  return fail({ code: "unavailable", reason: `ClickHouse was asked for the past: ${reason}`, retryAfterMs });
}

const refused = (message: string): Reply<never> =>
  fail({ code: "invalid_message", issues: [{ path: "", message }] });
