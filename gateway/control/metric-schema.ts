import { metricJsonSchema } from "../../protocols/metric-schema.ts";
import type { Call, Room } from "../call.ts";
import { jsonAnswer, type Answer } from "../http.ts";

/** The same until the next version of Weir; made when first asked for. */
let schema: unknown;

/** `GET /v1/schemas/metric.json`. */
export function getMetricSchema(_room: Room, _call: Call): Answer {
  schema ??= metricJsonSchema();
  return jsonAnswer(200, schema, [["cache-control", "public, max-age=3600"]]);
}
