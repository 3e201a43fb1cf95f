import { UnitId } from "../../protocols/ids.ts";
import { unitsPerListMax } from "../../protocols/segment-units.ts";
import { CliFailure, usageFailure } from "../failure.ts";
import { readCsv } from "../replay/csv.ts";
import { type KeyLine, readLines } from "./lines.ts";

/** As in every request that names a unit by its raw key. */
const keyLengthMax = 1_024;

export interface Units {
  /** In the order of the file, each once. At 70 bytes each, 140 MB of the longest list. */
  readonly ids: readonly UnitId[];
  /** Further mentions, which say nothing new. */
  readonly repeated: number;
}

export interface UnitSource {
  /** Of a CSV file; absent: a key a line. */
  readonly column?: string | undefined;
  /** Makes a key's pseudonym; absent: the file holds unit ids. */
  readonly unitIdOf?: ((key: string) => string) | undefined;
}

/** The units of a file, or the first line that names none. */
export async function readUnits(file: string, { column, unitIdOf }: UnitSource): Promise<Units> {
  const ids = new Set<UnitId>();
  let named = 0;
  const keys = column === undefined ? readLines(file) : keysOfColumn(file, column);
  for await (const { key, line } of flat(keys)) {
    ids.add(idOf(key, unitIdOf, `${file}, line ${line}`));
    named++;
    if (ids.size > unitsPerListMax)
      throw new CliFailure(
        "too_many",
        `${file} names more than ${unitsPerListMax} units, the most of one list`,
      );
  }
  if (ids.size === 0) throw usageFailure(`${file} names no unit`);
  return { ids: [...ids], repeated: named - ids.size };
}

/** One promise a chunk instead of one a line. */
async function* flat(chunks: AsyncIterable<readonly KeyLine[]>): AsyncGenerator<KeyLine> {
  for await (const chunk of chunks) yield* chunk;
}

function idOf(key: string, unitIdOf: UnitSource["unitIdOf"], place: string): UnitId {
  if (key.length > keyLengthMax)
    throw new CliFailure("invalid_key", `${place}: a key has at most ${keyLengthMax} characters`);
  const parsed = UnitId.safeParse(unitIdOf === undefined ? key : unitIdOf(key));
  if (!parsed.success)
    throw new CliFailure("invalid_unit_id", `${place}: is no unit id, which has 22 base64url characters`);
  return parsed.data;
}

async function* keysOfColumn(file: string, column: string): AsyncGenerator<readonly KeyLine[]> {
  let place: number | undefined;
  for await (const record of readCsv(file)) {
    if (record.kind === "broken")
      throw new CliFailure("invalid_csv", `${file}, line ${record.line}: ${record.reason}`);
    if (place === undefined) {
      place = record.cells.indexOf(column);
      if (place < 0) throw usageFailure(`${file} has no column ${column}; it has ${record.cells.join(", ")}`);
      continue;
    }
    const key = record.cells[place] ?? "";
    if (key !== "") yield [{ key, line: record.line }];
  }
}
