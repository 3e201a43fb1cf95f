import assert from "node:assert/strict";
import { test } from "node:test";
import { NativeBlocks } from "./native.ts";

/** Two columns, three rows: as ClickHouse 24 and 25 wrote it. */
function block(values: readonly number[]): Buffer {
  const head = Buffer.concat([
    Buffer.from([2, values.length, 1, 103, 5]),
    Buffer.from("UInt8"),
    Buffer.from(values.map((_, index) => index)),
    Buffer.from([1, 121, 7]),
    Buffer.from("Float64"),
  ]);
  return Buffer.concat([head, Buffer.from(Float64Array.from(values).buffer)]);
}

const stream = Buffer.concat([block([1.5, -2, 3e100]), block([]), block([Number.MAX_VALUE])]);
const read = (chunks: readonly Uint8Array[]) => {
  const blocks = new NativeBlocks();
  const found = chunks.flatMap((chunk) =>
    [...blocks.of(chunk)].map(({ rows, columns }) => ({
      rows,
      keys: [...(columns[0]?.bytes ?? [])],
      values: [...new Float64Array(Uint8Array.from(columns[1]?.bytes ?? []).buffer)],
    })),
  );
  return { found, left: blocks.left };
};
const whole = {
  found: [
    { rows: 3, keys: [0, 1, 2], values: [1.5, -2, 3e100] },
    { rows: 1, keys: [0], values: [Number.MAX_VALUE] },
  ],
  left: 0,
};

test("a stream of blocks is read column by column; blocks without rows are passed over", () => {
  assert.deepEqual(read([stream]), whole);
});

test("wherever the stream is cut, the blocks are the same", () => {
  for (let size = 1; size <= stream.length; size++) {
    const chunks = Array.from({ length: Math.ceil(stream.length / size) }, (_, index) =>
      stream.subarray(index * size, (index + 1) * size),
    );
    assert.deepEqual(read(chunks), whole, `pieces of ${size} bytes`);
  }
});

test("what ended in the middle of a block is left over", () => {
  assert.equal(read([stream.subarray(0, stream.length - 3)]).left > 0, true);
});
