// Forms of the log's records over time. A record says its version in `v`; without one it is of version 1. Readers know
// the newest form only: older ones are brought to it step by step as they are decoded, so that folds and ClickHouse's rows
// are made alike from a log of any age.
//   V1. A step is pure and total: the same record always becomes the same record.
//   V2. A version that is not known yet is not guessed at: whoever reads stops there, by name, until the program that
//       knows it runs. Nothing is passed over.
//
// A change of form: add a step below, raise nothing else. Readers are rolled out before writers.

interface Versioned {
  readonly v?: number;
}

/** From one version to the next. */
export type Upcast = (record: Readonly<Record<string, unknown>>) => Readonly<Record<string, unknown>>;

/** The first makes version 2 of version 1. */
const upcasts: readonly Upcast[] = [];

export class NewerRecord extends Error {
  override readonly name = "NewerRecord";
  readonly code = "newer_version";

  constructor(found: number, supported: number) {
    super(
      `a record of version ${found} met a reader that knows ${supported}: run the newer program here as well`,
    );
  }
}

/** Records as this program knows them. Those of the newest version, which are nearly all, are not touched. */
export function newestForm<Record>(records: Record[], steps: readonly Upcast[] = upcasts): Record[] {
  const newest = steps.length + 1;
  for (let index = 0; index < records.length; index++) {
    const version = (records[index] as Versioned).v ?? 1;
    if (version !== newest) records[index] = upcast(records[index], version, steps) as Record;
  }
  return records;
}

function upcast(record: unknown, version: number, steps: readonly Upcast[]): unknown {
  const newest = steps.length + 1;
  if (!Number.isInteger(version) || version < 1 || version > newest) throw new NewerRecord(version, newest);
  let form = record as Readonly<Record<string, unknown>>;
  for (const step of steps.slice(version - 1)) form = step(form);
  return { ...form, v: newest };
}
