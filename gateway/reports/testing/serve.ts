import { fail, succeed } from "../../../protocols/errors.ts";
import type { RowReply, RowRequest } from "../../../protocols/row-answers.ts";
import { subjects } from "../../../protocols/topology.ts";
import type { Connection } from "../../../runtime/index.ts";
import { serveActors } from "../../testing/gateway.ts";
import { breakdown, distributions } from "./sources.ts";
import { experiment, points, result } from "./result.ts";

export interface Standing {
  /** What analytics answers; false: it does not. */
  analytics: boolean;
  /** Messages that the actors were asked. */
  readonly asked: unknown[];
  readonly rowsAsked: RowRequest[];
  /** What analytics says of single values. */
  rows: (request: RowRequest) => RowReply;
}

/** What `distributions` has; all else takes its time. */
function rowReply({ metric }: RowRequest): RowReply {
  const found = distributions.kind === "present" ? distributions.value : [];
  const values = found.find((each) => each.metric === metric)?.values;
  return values?.kind === "present"
    ? ({ kind: "ready", answer: { asOf: values.value.asOf, distributions: values.value.variants } } as never)
    : { kind: "working", progress: { stage: "reading", done: 5 } };
}

/** Stands in for actors and analytics with one experiment that has everything. */
export async function serveExperiment(connection: Connection): Promise<Standing> {
  const standing: Standing = { analytics: true, asked: [], rowsAsked: [], rows: rowReply };
  await serveActors(connection, ({ message }) => {
    standing.asked.push(message);
    switch (message.type) {
      case "result":
        return succeed(result);
      case "get":
        return succeed({ points });
      case "get_entity":
        return (message as { key?: string }).key === "exp"
          ? succeed({ entity: experiment, version: 1 })
          : fail({ code: "experiment_not_found", experiment: "?" });
      default:
        return succeed({ position: 4_321 });
    }
  });
  const answer = async (value: unknown) =>
    standing.analytics
      ? succeed(value)
      : fail({ code: "warehouse_unavailable", reason: "it starts", retryAfterMs: 1 });
  await connection.messaging.serve(subjects.breakdown, () => answer(breakdown));
  await connection.messaging.serve(subjects.rowAnswer, (payload) => {
    const request = payload as RowRequest;
    standing.rowsAsked.push(request);
    return answer(standing.rows(request));
  });
  await connection.messaging.serve(subjects.sql, () => answer([{ metric: "visit", sql: "SELECT 1" }]));
  return standing;
}
