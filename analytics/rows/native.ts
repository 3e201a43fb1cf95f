import { assert } from "../../protocols/assert.ts";
import { isNumberType, widths } from "../native/widths.ts";
import type { NumberType } from "../native/widths.ts";

// ClickHouse's Native format, of numbers: blocks of columns, each a block's values side by side as they lie in memory.
// A block is the count of its columns and rows, then name, type and values of each column.

export interface NativeColumn {
  readonly type: NumberType;
  /** The values' bytes: `rows` times the type's width. Valid until the next chunk. */
  readonly bytes: Uint8Array;
}

export interface NativeBlock {
  readonly rows: number;
  readonly columns: readonly NativeColumn[];
}

/** Cuts a stream of bytes into blocks; what is not a whole block yet is kept for the next chunk. */
export class NativeBlocks {
  #pieces: Uint8Array[] = [];
  #bytes = 0;
  /** No sooner than with so many bytes can the next block be whole. */
  #needed = 1;

  /** Blocks that are whole with this chunk. */
  *of(chunk: Uint8Array): Generator<NativeBlock> {
    this.#pieces.push(chunk);
    this.#bytes += chunk.length;
    if (this.#bytes < this.#needed) return;
    const all = this.#pieces.length === 1 ? chunk : Buffer.concat(this.#pieces);
    let at = 0;
    for (;;) {
      const block = blockAt(all, at);
      if (typeof block === "number") {
        this.#needed = block;
        break;
      }
      at = block.end;
      if (block.rows > 0) yield block;
    }
    const rest = all.subarray(at);
    this.#pieces = rest.length === 0 ? [] : [rest];
    this.#bytes = rest.length;
  }

  /** Bytes of a block that never became whole. */
  get left(): number {
    return this.#bytes;
  }
}

/** The block that starts at `start`; or how many bytes there must be from there on to know more. */
function blockAt(all: Uint8Array, start: number): (NativeBlock & { readonly end: number }) | number {
  const cursor = new Cursor(all, start);
  const width = cursor.varint();
  const rows = cursor.varint();
  const columns: NativeColumn[] = [];
  for (let column = 0; column < (width ?? 0); column++) {
    cursor.text();
    const type = cursor.text();
    if (type === undefined || rows === undefined) return all.length - start + 1;
    assert(isNumberType(type), `a column of ${type} is none of the numbers that are read`);
    const bytes = cursor.take(rows * widths[type]);
    if (bytes === undefined) return cursor.wanted - start;
    columns.push({ type, bytes });
  }
  if (width === undefined || rows === undefined) return all.length - start + 1;
  return { rows, columns, end: cursor.at };
}

class Cursor {
  readonly #all: Uint8Array;
  at: number;
  /** Where what was asked for last would have ended. */
  wanted = 0;

  constructor(all: Uint8Array, at: number) {
    this.#all = all;
    this.at = at;
  }

  varint(): number | undefined {
    let value = 0;
    for (let factor = 1; this.at < this.#all.length; factor *= 128) {
      const byte = this.#all[this.at++] ?? 0;
      value += (byte & 0x7f) * factor;
      if (byte < 0x80) return value;
    }
    return undefined;
  }

  take(length: number): Uint8Array | undefined {
    this.wanted = this.at + length;
    if (this.wanted > this.#all.length) return undefined;
    const bytes = this.#all.subarray(this.at, this.wanted);
    this.at = this.wanted;
    return bytes;
  }

  text(): string | undefined {
    const length = this.varint();
    const bytes = length === undefined ? undefined : this.take(length);
    return bytes === undefined ? undefined : Buffer.from(bytes).toString("latin1");
  }
}
