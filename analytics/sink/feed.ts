import type { DecisionRecord } from "../../protocols/decision-log.ts";
import type { EnvironmentKey } from "../../protocols/ids.ts";
import { decodeBatch } from "../../protocols/log-record.ts";
import { parseDecisionsSubject, parseEventsSubject, streams, subjects } from "../../protocols/topology.ts";
import { precedenceOf, recordsPerMessageMax } from "./precedence.ts";
import { decisionRow, rowsOf } from "./rows.ts";
import type { Row } from "./rows.ts";

/** A stream that a sink empties into ClickHouse. Each has a mark of its own. */
export interface Feed {
  readonly stream: string;
  readonly subject: string;
  readonly markKey: string;
  readonly environmentOf: (subject: string) => EnvironmentKey | undefined;
  /** Throws for what is no batch. */
  readonly rowsOf: (data: Uint8Array, environment: EnvironmentKey, sequence: number) => readonly Row[];
}

/** A message that holds more would leave its place in the log's order. */
class TooManyRecords extends Error {
  override readonly name = "TooManyRecords";
}

function numbered<Item>(
  items: readonly Item[],
  sequence: number,
  rows: (item: Item, precedence: number) => readonly Row[],
): readonly Row[] {
  if (items.length > recordsPerMessageMax) throw new TooManyRecords(`${items.length} records`);
  return items.flatMap((item, index) => rows(item, precedenceOf(sequence, index)));
}

const decoder = new TextDecoder();

export const feeds = {
  events: {
    stream: streams.events.name,
    subject: subjects.allEvents,
    markKey: "events",
    environmentOf: (subject) => parseEventsSubject(subject)?.environment,
    rowsOf: (data, environment, sequence) =>
      numbered(decodeBatch(data), sequence, (record, precedence) => rowsOf(record, environment, precedence)),
  },
  decisions: {
    stream: streams.decisions.name,
    subject: subjects.allDecisions,
    markKey: "decisions",
    environmentOf: parseDecisionsSubject,
    rowsOf: (data, environment, sequence) =>
      numbered(
        JSON.parse(`[${decoder.decode(data).replaceAll("\n", ",")}]`) as DecisionRecord[],
        sequence,
        (record, precedence) => [decisionRow(record, environment, precedence)],
      ),
  },
} as const satisfies Record<string, Feed>;
