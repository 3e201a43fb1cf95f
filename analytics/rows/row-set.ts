import { assert } from "../../protocols/assert.ts";
import type { NativeBlock } from "./native.ts";
import type { RowColumn } from "./statement.ts";

/** A metric's values, variant by variant, in memory that threads share. */
export interface RowSet {
  /** Where each variant's rows begin, in the definition's order; one more for the end. */
  readonly starts: readonly number[];
  readonly values: Float64Array;
  readonly denominators?: Float64Array;
  readonly covariates: readonly Float64Array[];
  /** Of each other experiment that was asked for: 0 where the unit is not in it, else its variant's place plus one. */
  readonly others?: readonly Uint8Array[];
  /** Of events: the number of each row's unit, from 0, rising within a variant and over all of them. */
  readonly units?: Uint32Array;
}

export const rowsOf = ({ values }: RowSet): number => values.length;

/** The rows of one variant. */
export function variantRows(rows: RowSet, variant: number): RowSet {
  const [from, to] = [rows.starts[variant] ?? 0, rows.starts[variant + 1] ?? 0];
  return {
    starts: [0, to - from],
    values: rows.values.subarray(from, to),
    ...(rows.denominators === undefined ? {} : { denominators: rows.denominators.subarray(from, to) }),
    covariates: rows.covariates.map((column) => column.subarray(from, to)),
    ...(rows.others === undefined ? {} : { others: rows.others.map((column) => column.subarray(from, to)) }),
    ...(rows.units === undefined ? {} : { units: rows.units.subarray(from, to) }),
  };
}

type Column = Float64Array | Uint32Array | Uint8Array;

/** Gathers blocks as they come, and puts them side by side at the end: their number is not known before. */
export class RowGathering {
  /** Some row's value may be other than it seems: they are to be read again with more care. */
  unsure = false;
  rows = 0;
  readonly #columns: readonly RowColumn[];
  readonly #counts: number[];
  readonly #pieces = new Map<RowColumn, Column[]>();
  #unit: bigint | undefined;
  #unitNumber = -1;

  constructor(columns: readonly RowColumn[], variants: number) {
    this.#columns = columns;
    this.#counts = Array.from({ length: variants }, () => 0);
    for (const column of columns) this.#pieces.set(column, []);
  }

  add({ rows, columns }: NativeBlock): void {
    assert(columns.length === this.#columns.length, "a block has the columns that were asked for");
    this.rows += rows;
    for (const [index, name] of this.#columns.entries()) {
      const bytes = columns[index]?.bytes ?? new Uint8Array();
      if (name === "variant")
        for (const variant of bytes) this.#counts[variant] = (this.#counts[variant] ?? 0) + 1;
      else if (name === "unsure") this.unsure ||= bytes.includes(1);
      else this.#pieces.get(name)?.push(this.#column(name, bytes));
    }
  }

  finish(): RowSet {
    const starts = [0];
    for (const count of this.#counts) starts.push((starts.at(-1) ?? 0) + count);
    const column = (name: RowColumn): Float64Array =>
      sideBySide(this.#pieces.get(name) ?? [], new Float64Array(new SharedArrayBuffer(8 * this.rows)));
    const others = this.#columns.filter((name) => name.startsWith("other"));
    const has = (name: RowColumn): boolean => this.#columns.includes(name);
    return {
      starts,
      values: column("value"),
      ...(has("denominator") ? { denominators: column("denominator") } : {}),
      covariates: this.#columns.filter((name) => name.startsWith("covariate")).map(column),
      ...(others.length === 0
        ? {}
        : {
            others: others.map((name) =>
              sideBySide(this.#pieces.get(name) ?? [], new Uint8Array(new SharedArrayBuffer(this.rows))),
            ),
          }),
      ...(has("unit")
        ? {
            units: sideBySide(
              this.#pieces.get("unit") ?? [],
              new Uint32Array(new SharedArrayBuffer(4 * this.rows)),
            ),
          }
        : {}),
    };
  }

  #column(name: RowColumn, bytes: Uint8Array): Column {
    if (name === "unit") return this.#numbers(copied(bytes));
    return name.startsWith("other") ? Uint8Array.from(bytes) : doubles(bytes);
  }

  /** Rows of one unit follow one another. */
  #numbers(bytes: ArrayBuffer): Uint32Array {
    const hashes = new BigUint64Array(bytes);
    return Uint32Array.from(hashes, (hash) => {
      if (hash !== this.#unit) {
        this.#unit = hash;
        this.#unitNumber++;
      }
      return this.#unitNumber;
    });
  }
}

/** Aligned, and the chunk may go. */
const copied = (bytes: Uint8Array): ArrayBuffer => Uint8Array.from(bytes).buffer;
const doubles = (bytes: Uint8Array): Float64Array => new Float64Array(copied(bytes));

function sideBySide<Into extends Column>(pieces: Column[], into: Into): Into {
  let at = 0;
  for (let piece = pieces.shift(); piece !== undefined; piece = pieces.shift()) {
    into.set(piece, at);
    at += piece.length;
  }
  return into;
}
