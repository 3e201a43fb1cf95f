import { columnNames } from "../schema/tables.ts";
import type { Decoded } from "../sink/blocks.ts";

/** Names of events, over all environments; at 100 bytes each, 2 MB. Beyond them, ClickHouse's hours tell. */
const namesMax = 20_000;

const columns = columnNames("events");
const [eventColumn, receivedColumn] = [columns.indexOf("event"), columns.indexOf("received_at")];

/** When the newest event of each name was taken in, as far as this process has written them. */
export class EventTimes {
  readonly #newest = new Map<string, Map<string, number>>();
  #names = 0;

  /** Rows that are in ClickHouse now. */
  note(messages: readonly Decoded[]): void {
    for (const { environment, rows } of messages)
      for (const { table, values } of rows)
        if (table === "events")
          this.#noteOne(environment, values[eventColumn] as string, values[receivedColumn] as number);
  }

  newest(environment: string, event: string): number | undefined {
    return this.#newest.get(environment)?.get(event);
  }

  #noteOne(environment: string, event: string, at: number): void {
    let events = this.#newest.get(environment);
    if (events === undefined) this.#newest.set(environment, (events = new Map()));
    const known = events.get(event);
    if (known === undefined) {
      if (this.#names >= namesMax) return;
      this.#names++;
    }
    if (known === undefined || at > known) events.set(event, at);
  }
}
