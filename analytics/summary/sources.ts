import { assert } from "../../protocols/assert.ts";
import { valueMax } from "../../protocols/event.ts";
import { sourceKey, type EventSource } from "../../protocols/event-source.ts";
import type { Metric } from "../../protocols/metric.ts";
import { sourcesOf } from "../../protocols/metric-shape.ts";
import type { Binder } from "./binder.ts";
import { filterSql } from "./filter.ts";
import { propertySql } from "./property.ts";

// The sources of a statement's metrics: of the events that are read once, which are whose, and what each is worth. What
// takes a look at the properties is decided once an event, before the join, and joined as a column.

interface SourceColumns {
  /** Of the joined row: whether its event is one of the source. */
  readonly is: string;
  readonly value: string;
}

export class StatementSources {
  /** Names of all events that are read. */
  readonly events: readonly string[];
  /** Of a row `v` of events: what must be joined besides its own columns, each as " … AS name". */
  readonly columns: readonly string[];
  readonly #bySource = new Map<string, SourceColumns>();

  constructor(metrics: readonly Metric[], binder: Binder) {
    const sources = new Map(
      metrics.flatMap(({ definition }) =>
        sourcesOf(definition).map((source) => [sourceKey(source), source] as const),
      ),
    );
    this.events = [...new Set([...sources.values()].map(({ event }) => event))];
    const columns: string[] = [];
    for (const [key, source] of sources) {
      const { condition, value } = sourceSql(source, "v", binder, this.nameOf(source.event));
      if (key === source.event) {
        this.#bySource.set(key, { is: `e.event = ${this.nameOf(source.event)}`, value: "e.value" });
        continue;
      }
      const index = columns.length;
      columns.push(`${condition} AS s${index}`);
      if (value !== undefined) columns.push(`${value} AS a${index}`);
      this.#bySource.set(key, { is: `e.s${index}`, value: value === undefined ? "e.value" : `e.a${index}` });
    }
    this.columns = columns;
  }

  of(source: EventSource): SourceColumns {
    const columns = this.#bySource.get(sourceKey(source));
    assert(columns !== undefined, `${source.event} is among the statement's events`);
    return columns;
  }

  /** The parameter that names an event. */
  nameOf(event: string): string {
    return `{e${this.events.indexOf(event)}:String}`;
  }
}

/** Of a row of events: whether it is one of the source's, and where its value is another than its own. */
export function sourceSql(
  { filter, value }: EventSource,
  row: string,
  binder: Binder,
  name: string,
): { readonly condition: string; readonly value?: string } {
  const conditions = [`${row}.event = ${name}`];
  if (filter !== undefined) conditions.push(filterSql(filter, `${row}.metadata`, binder));
  if (value === undefined) return { condition: conditions.join(" AND ") };
  const property = propertySql(value, `${row}.metadata`, binder);
  // What sums could not hold is no value (R14).
  conditions.push(property.isNumber, `abs(${property.number}) <= ${binder.bind(valueMax, "Float64")}`);
  return { condition: conditions.join(" AND "), value: property.number };
}
