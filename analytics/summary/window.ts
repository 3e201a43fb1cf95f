import type { Metric } from "../../protocols/metric.ts";
import type { Binder } from "./binder.ts";

const hourMs = 3_600_000;
const dayMs = 86_400_000;
const ms = (time: string): string => `toUnixTimestamp64Milli(${time})`;

/** " AND …" for a moment at or after t0 and the session that it names; and t0 and the session of the exposure there. */
export type WindowSql = (ts: string, session: string, t0: string, ownSession: string) => string;

/** Which moments a metric looks at (R4). */
export function windowSql({ definition, window }: Metric, binder: Binder): WindowSql {
  if (definition.type === "retention") {
    const from = binder.bind(definition.fromDay * dayMs, "Float64");
    const to = binder.bind(definition.toDay * dayMs, "Float64");
    return (ts, _, t0) => ` AND ${ms(ts)} >= ${ms(t0)} + ${from} AND ${ms(ts)} < ${ms(t0)} + ${to}`;
  }
  switch (window?.type) {
    case undefined:
    case "lifetime":
      return () => "";
    case "conversion": {
      const length = binder.bind(window.hours * hourMs, "Float64");
      return (ts, _, t0) => ` AND ${ms(ts)} < ${ms(t0)} + ${length}`;
    }
    case "day":
      return (ts, _, t0) => ` AND floor(${ms(ts)} / ${dayMs}) = floor(${ms(t0)} / ${dayMs})`;
    case "session":
      return (_ts, session, _t0, own) => ` AND ${session} != '' AND ${session} = ${own}`;
  }
}
