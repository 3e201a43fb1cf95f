import assert from "node:assert/strict";
import { existsSync, mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { request } from "node:http";
import { join } from "node:path";
import { buffer } from "node:stream/consumers";
import { after, before, test } from "node:test";
import { eventually } from "../../runtime/testing/nats.ts";
import { NativeEncoder } from "../native/encode.ts";
import { createTable } from "../schema/table.ts";
import type { TableSpec } from "../schema/table.ts";
import { temporaryWarehouse } from "../testing.ts";
import type { TemporaryWarehouse } from "../testing.ts";
import { refusalOf } from "../warehouse-failure.ts";
import { Exception } from "./exception.ts";
import { asTheEngineSays, Spool } from "./spool.ts";

const spec: TableSpec = {
  name: "default.wide",
  columns: [
    ["ts", "DateTime64(3, 'UTC')"],
    ["env", "LowCardinality(String)"],
    ["id", "UInt64"],
    ["text", "String"],
    ["precedence", "UInt64"],
  ],
  sortingKey: ["env", "id"],
  identity: ["id"],
  month: "ts",
};
const ts = Date.UTC(2026, 10, 22);
const rowsOf = (count: number, from = 0): unknown[][] =>
  Array.from({ length: count }, (_, index) => [ts, "e", from + index, `text ${index}`, 1]);

let temporary: TemporaryWarehouse;
let folder: string;
before(async () => {
  temporary = await temporaryWarehouse();
  folder = join(temporary.directory, "warehouse", "inserts");
  const received: TableSpec = {
    ...spec,
    columns: [...spec.columns, ["received_at", "DateTime64(3, 'UTC')"]],
  };
  for (const sql of [createTable(received), `SYSTEM STOP MERGES ${spec.name}`])
    assert.ok((await temporary.warehouse.command(sql)).ok);
});
after(() => temporary.close());

async function count(condition: string): Promise<number> {
  const found = await temporary.warehouse.query<{ n: string }>(
    `SELECT count() AS n FROM ${spec.name} WHERE ${condition}`,
  );
  assert.ok(found.ok, JSON.stringify(found));
  return Number(found.value[0]?.n);
}

/** As a client of any kind would. */
async function post(sql: string, body: Uint8Array): Promise<{ status: number; text: string }> {
  const { promise, resolve, reject } = Promise.withResolvers<{ status: number; text: string }>();
  const asked = request(
    { socketPath: temporary.process.socketPath, method: "POST", path: `/?query=${encodeURIComponent(sql)}` },
    (response) =>
      void buffer(response).then(
        (bytes) => resolve({ status: response.statusCode ?? 0, text: bytes.toString() }),
        reject,
      ),
  );
  asked.on("error", reject).end(body);
  return promise;
}
const bytesOf = (rows: readonly unknown[][]): Buffer => {
  const encoded = new NativeEncoder().encode(spec.columns, rows);
  assert.ok(encoded.ok);
  return encoded.value;
};
const names = spec.columns.map(([name]) => name).join(", ");

for (const rows of [1, 24_000, 100_000])
  test(`a block of ${rows} rows of one month is one part, and leaves no file`, async () => {
    const from = rows * 10;
    assert.deepEqual(await temporary.warehouse.insert(spec, rowsOf(rows, from)), {
      ok: true,
      value: undefined,
    });
    const ofBlock = `id >= ${from} AND id < ${from + rows}`;
    assert.equal(await count(ofBlock), rows);
    const parts = await temporary.warehouse.query<{ n: string }>(
      `SELECT uniqExact(_part) AS n FROM ${spec.name} WHERE ${ofBlock}`,
    );
    assert.deepEqual(parts, { ok: true, value: [{ n: "1" }] });
    assert.deepEqual(readdirSync(folder), []);
  });

test("a body that ends early, or whose last value is none, changes nothing", async () => {
  const whole = bytesOf(rowsOf(3_000, 5_000_000));
  for (const body of [whole.subarray(0, whole.length - 1), whole.subarray(0, whole.length / 2)]) {
    const { status } = await post(`INSERT INTO ${spec.name} (${names}) FORMAT Native`, body);
    assert.ok(status >= 400, String(status));
  }
  assert.equal(await count("id >= 5000000 AND id < 5003000"), 0);
  assert.deepEqual(readdirSync(folder), []);
});

test("columns are found by name, and those that are left out have their default", async () => {
  const body = bytesOf(rowsOf(2, 6_000_000));
  const { status, text } = await post(`INSERT INTO ${spec.name} (precedence, ts, id) FORMAT Native`, body);
  assert.equal(status, 200, text);
  assert.equal(
    await count("id >= 6000000 AND id < 6000002 AND env = '' AND text = '' AND precedence = 1"),
    2,
  );
});

test("a table or a column that is not there is refused by ClickHouse's number, as are columns without names", async () => {
  const body = bytesOf(rowsOf(1));
  for (const [into, code] of [
    [`default.nowhere (${names})`, 60],
    [`${spec.name} (${names}, nothing)`, 16],
    [`${spec.name} (id id)`, 36],
    [spec.name, 48],
  ] as const) {
    const { text } = await post(`INSERT INTO ${into} FORMAT Native`, body);
    assert.ok(text.startsWith(`Code: ${code}.`), `${into}: ${text}`);
  }
});

test("a block with a value of another type is refused before it is sent", async () => {
  const answer = await temporary.warehouse.insert(spec, [...rowsOf(1, 7_000_000), [ts, 5, 1, "", 1]]);
  assert.ok(!answer.ok && answer.failure.code === "warehouse_refused");
  assert.match(answer.failure.reason, /column env/);
  assert.equal(await count("id = 7000000"), 0);
});

test("a process that was killed leaves no rows in files for the next", async () => {
  const { pid } = temporary.process;
  writeFileSync(join(folder, "9.native"), bytesOf(rowsOf(1)));
  process.kill(pid ?? 0, "SIGKILL");
  await eventually("another process answers", async () => {
    const alive = temporary.process.pid !== undefined && temporary.process.pid !== pid;
    return alive && (await temporary.warehouse.ping());
  });
  assert.ok(!existsSync(join(folder, "9.native")));
});

test("a body's file has its bytes, is for its owner only, and goes when the work fails", async () => {
  const directory = join(temporary.directory, "spool");
  mkdirSync(directory);
  const spool = new Spool(directory);
  const held: string[] = [];
  const failing = spool.hold(Buffer.from("body"), (path) => {
    held.push(path);
    assert.ok(existsSync(path));
    return Promise.reject(new Error("the work's own"));
  });
  await assert.rejects(failing, /the work's own/);
  assert.equal(await spool.hold(Buffer.from("body"), (path) => Promise.resolve(path !== held[0])), true);
  assert.deepEqual(readdirSync(join(directory, "inserts")), []);
});

test("a full disk under a body's file is told as the engine tells of one", async () => {
  const error: unknown = await writeFile("/dev/full", "x").catch(asTheEngineSays);
  assert.ok(error instanceof Exception);
  const failure = refusalOf(error.code, error.type, error.message);
  assert.ok(failure.code === "warehouse_cannot_write" && failure.because === "disk_full");

  const readOnly = asTheEngineSays(Object.assign(new Error("open"), { code: "EROFS" })) as Exception;
  const other = refusalOf(readOnly.code, readOnly.type, readOnly.message);
  assert.ok(other.code === "warehouse_cannot_write" && other.because === "read_only");
});
