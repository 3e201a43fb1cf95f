// A table as data, so that one text serves the embedded engine, a server and a cluster.

export interface TableSpec {
  /** `weir.<name>` */
  readonly name: string;
  /** In insert order: name, type, and codec where the default does badly. */
  readonly columns: readonly (readonly [name: string, type: string, codec?: string])[];
  readonly sortingKey: readonly [string, ...string[]];
  /** Names a row for a look-up, sorting key first; with its place in the log, since ids repeat. */
  readonly identity: readonly [string, ...string[]];
  /** The time that decides a row's month, one part each. Absent: one small table, kept for ever. */
  readonly month?: string;
}

/** fsync: at 10,000 rows a part it costs no measurable time, and a power cut keeps what was acknowledged. */
const durable = "fsync_after_insert = 1, fsync_part_directory = 1";
/** Its log may be ahead of the data: a kill in between loses a block. */
const withoutTokens = "non_replicated_deduplication_window = 0";

export const columnText = ([name, type, codec]: TableSpec["columns"][number]): string =>
  `${name} ${type}${codec === undefined ? "" : ` CODEC(${codec})`}`;

export const columnsText = ({ columns }: Pick<TableSpec, "columns">): string =>
  `(\n  ${columns.map(columnText).join(",\n  ")}\n)`;

/** How long rows stay is applied apart, since it may change: `retention.ts`. */
export const layoutText = ({ month, sortingKey }: TableSpec): string =>
  [
    ...(month === undefined ? [] : [`PARTITION BY toYYYYMM(${month})`]),
    `ORDER BY (${sortingKey.join(", ")})`,
    ...(month === undefined ? [] : [`TTL toDateTime(received_at) + toIntervalDay(400) DELETE`]),
  ].join("\n");

export const settingsText = ({ month }: TableSpec): string =>
  `SETTINGS ${month === undefined ? "" : "ttl_only_drop_parts = 1, "}${durable}`;

export const createTable = (spec: TableSpec): string =>
  `CREATE TABLE IF NOT EXISTS ${spec.name} ${columnsText(spec)}
ENGINE = ReplacingMergeTree(precedence)
${layoutText(spec)}
${settingsText(spec)}, ${withoutTokens}`;
