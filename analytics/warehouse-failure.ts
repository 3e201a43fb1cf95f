/** Why the warehouse did not do as asked. Codes, so that callers decide without reading prose. */
export type WarehouseFailure =
  /** Not reachable, stopping or overloaded: the same may succeed later. An insert's outcome is unknown. */
  | { readonly code: "warehouse_unavailable"; readonly reason: string; readonly retryAfterMs: number }
  /** No answer in time. An insert's outcome is unknown. */
  | { readonly code: "warehouse_timeout"; readonly afterMs: number }
  /** ClickHouse said no, with its own number and name; nothing was done. */
  | {
      readonly code: "warehouse_refused";
      readonly number: number;
      readonly type: string;
      readonly reason: string;
    };

export const failureText = (failure: WarehouseFailure): string => {
  switch (failure.code) {
    case "warehouse_unavailable":
      return failure.reason;
    case "warehouse_timeout":
      return `no answer within ${failure.afterMs} ms`;
    case "warehouse_refused":
      return `${failure.type}: ${failure.reason}`;
  }
};
