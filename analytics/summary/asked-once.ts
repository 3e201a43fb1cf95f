import type { Reply } from "../../protocols/errors.ts";
import type { WarehouseSummaryRequest } from "../../protocols/analytics-messages.ts";
import type { ExperimentSummary } from "../../protocols/results.ts";
import type { Warehouse } from "../clickhouse.ts";
import type { WarehouseFailure } from "../warehouse-failure.ts";
import { warehouseSummary } from "./summary.ts";

type Answer = Promise<Reply<ExperimentSummary, WarehouseFailure>>;

const underway = new WeakMap<Warehouse, Map<string, Answer>>();

/**
 * A summary that is being made answers everybody who asks for the same one meanwhile. Whoever gives up and asks again waits
 * for the first one, instead of adding another scan to a warehouse that is too slow already.
 */
export function summaryAskedOnce(warehouse: Warehouse, request: WarehouseSummaryRequest): Answer {
  const asked = underway.get(warehouse) ?? new Map<string, Answer>();
  underway.set(warehouse, asked);
  const key = JSON.stringify(request);
  const present = asked.get(key);
  if (present !== undefined) return present;
  const answer = warehouseSummary(warehouse, request).finally(() => asked.delete(key));
  asked.set(key, answer);
  return answer;
}
