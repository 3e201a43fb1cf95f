import { fail, succeed } from "../../protocols/errors.ts";
import type { Reply } from "../../protocols/errors.ts";
import type { WarehouseFailure } from "../warehouse-failure.ts";
import { ByteWriter } from "./byte-writer.ts";
import { Misfit, sentType, writeColumn } from "./column.ts";

// Rows as one block of ClickHouse's Native format: the count of columns and of rows, then name, type and values of each
// column. What the engine reads is what it would compute with; of JSON it would have to parse every value.

/** Name and type; what else is said of a column does not matter here. */
export type ColumnType = readonly [name: string, type: string, ...rest: readonly unknown[]];

/** ClickHouse's number for a value of another type. */
const typeMismatch = 53;

export class NativeEncoder {
  readonly #writer = new ByteWriter();

  /** Equal rows make equal bytes. They are valid until the next block. */
  encode(
    columns: readonly ColumnType[],
    rows: readonly (readonly unknown[])[],
  ): Reply<Buffer, WarehouseFailure> {
    const writer = this.#writer;
    writer.clear();
    writer.varint(columns.length);
    writer.varint(rows.length);
    const cells: unknown[] = Array.from({ length: rows.length });
    for (const [place, [name, type]] of columns.entries()) {
      for (let row = 0; row < rows.length; row++) cells[row] = rows[row]?.[place];
      const sent = sentType(type);
      writer.text(name);
      writer.text(sent);
      try {
        writeColumn(writer, sent, cells);
      } catch (error) {
        if (!(error instanceof Misfit)) throw error;
        const reason = `column ${name}: ${error.message}`;
        return fail({ code: "warehouse_refused", number: typeMismatch, type: "TYPE_MISMATCH", reason });
      }
    }
    return succeed(writer.written);
  }
}
