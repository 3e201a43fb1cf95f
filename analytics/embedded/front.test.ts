import assert from "node:assert/strict";
import { fork } from "node:child_process";
import { once } from "node:events";
import { Agent } from "node:http";
import { Readable } from "node:stream";
import { after, before, describe, test } from "node:test";
import { ClickHouseError, ClickHouseLogLevel, createClient } from "@clickhouse/client";
import type { ClickHouseClient } from "@clickhouse/client";
import { temporaryWarehouse } from "../testing.ts";
import type { TemporaryWarehouse } from "../testing.ts";

let temporary: TemporaryWarehouse;
let client: ClickHouseClient;
let compressed: ClickHouseClient;

const clientOf = (socketPath: string, compress: boolean): ClickHouseClient =>
  createClient({
    url: "http://warehouse",
    http_agent: new Agent({ keepAlive: true, socketPath } as object),
    set_basic_auth_header: false,
    log: { level: ClickHouseLogLevel.OFF },
    compression: { request: compress, response: compress },
  });

before(async () => {
  temporary = await temporaryWarehouse();
  client = clientOf(temporary.process.socketPath, false);
  compressed = clientOf(temporary.process.socketPath, true);
  await client.command({
    query: "CREATE TABLE default.t (id UInt64, text String) ENGINE = MergeTree ORDER BY id",
  });
});
after(async () => {
  await client.close();
  await compressed.close();
  await temporary.close();
});

const rowsOf = async (
  query: string,
  parameters: Record<string, unknown> = {},
  of = client,
): Promise<unknown[]> => (await of.query({ query, query_params: parameters, format: "JSONEachRow" })).json();

describe("the embedded warehouse, asked by the ClickHouse client", () => {
  test("takes parameters as long as a server does", async () => {
    const texts = Array.from({ length: 1_000 }, (_, index) => `${index}`.padStart(100, "é"));
    const found = await rowsOf(
      "SELECT length({texts:Array(String)}) AS n, has({texts:Array(String)}, {last:String}) AS has",
      {
        texts,
        last: texts.at(-1),
      },
    );
    assert.deepEqual(found, [{ n: 1_000, has: 1 }]);
  });

  test("answers a ping", async () => {
    assert.equal((await client.ping()).success, true);
  });

  for (const text of [
    "a'b",
    'a"b',
    "a\\b",
    "tab\there",
    "line\nend",
    "\r",
    "é🙂",
    "nul\0nul",
    "\\N",
    "{x:String}",
    "'; DROP TABLE t; --",
    "",
    "--",
    "/*",
  ]) {
    test(`a parameter comes back unchanged: ${JSON.stringify(text)}`, async () => {
      assert.deepEqual(
        await rowsOf("SELECT {x:String} AS x, {a:Array(String)} AS a", {
          x: text === "\\N" ? "\\\\N" : text,
          a: [text, "z"],
        }),
        [{ x: text === "\\N" ? "\\\\N" : text, a: [text, "z"] }],
      );
    });
  }

  test("parameters of other types are cast to the type that they declare", async () => {
    const sql =
      "SELECT toString({n:UInt64}) AS n, {d:DateTime64(3, 'UTC')} AS d, {i:Array(UInt32)} AS i, {z:Nullable(String)} AS z";
    const [row] = await rowsOf(sql, {
      n: "18446744073709551615",
      d: "2026-01-02 03:04:05.678",
      i: [1, 2],
      z: null,
    });
    assert.deepEqual(row, { n: "18446744073709551615", d: "2026-01-02 03:04:05.678", i: [1, 2], z: null });
  });

  test("a missing parameter is a typed error", async () => {
    await assert.rejects(
      rowsOf("SELECT {x:String}"),
      (error: ClickHouseError) => error instanceof ClickHouseError && error.code === "456",
    );
  });

  test("braces inside a string are no placeholder", async () => {
    assert.deepEqual(await rowsOf("SELECT '{x:String}' AS x -- {y:String}"), [{ x: "{x:String}" }]);
  });

  test("settings end with their request (pinned: they leaked into later statements and lost rows)", async () => {
    const threads = "SELECT toUInt32(getSetting('max_threads')) AS n";
    const [before] = await rowsOf(threads);
    const set = await client.query({
      query: threads,
      format: "JSONEachRow",
      clickhouse_settings: { max_threads: 7 },
    });
    assert.deepEqual(await set.json(), [{ n: 7 }]);
    const values = Array.from({ length: 40 }, (_, id) => ({ id, text: "token" }));
    await Promise.all(
      values.map((value, index) =>
        client.insert({
          table: "default.t",
          values: [value],
          format: "JSONEachRow",
          ...(index % 2 === 0 ? { clickhouse_settings: { insert_deduplication_token: "same" } } : {}),
        }),
      ),
    );
    for (let index = 0; index < 10; index++) assert.deepEqual(await rowsOf(threads), [before]);
    assert.deepEqual(await rowsOf("SELECT toUInt32(count()) AS n FROM default.t WHERE text = 'token'"), [
      { n: 40 },
    ]);
  });

  test("a setting of CREATE TABLE does not become part of the table", async () => {
    await client.command({
      query: "CREATE TABLE default.s (id UInt8) ENGINE = MergeTree ORDER BY id",
      clickhouse_settings: { max_threads: 2 },
    });
    const [row] = (await rowsOf("SELECT create_table_query AS sql FROM system.tables WHERE name = 's'")) as [
      { sql: string },
    ];
    assert.ok(!row.sql.includes("max_threads"));
  });

  test("SET, USE and a second statement are refused", async () => {
    for (const query of ["SET max_threads = 1", "USE system"])
      await assert.rejects(client.command({ query }), { code: "48" });
    await assert.rejects(client.command({ query: "SELECT 1; DROP TABLE default.t" }), { code: "62" });
  });

  for (const [name, query, code, type] of [
    ["syntax", "SELEC 1", "62", "SYNTAX_ERROR"],
    ["unknown table", "SELECT * FROM default.nowhere", "60", "UNKNOWN_TABLE"],
    ["unknown column", "SELECT nothing FROM default.t", "47", "UNKNOWN_IDENTIFIER"],
  ] as const) {
    test(`an error keeps ClickHouse's number and name: ${name}`, async () => {
      await assert.rejects(
        rowsOf(query),
        (error: unknown) => error instanceof ClickHouseError && error.code === code && error.type === type,
      );
    });
  }

  test("compression works in both directions", async () => {
    const values = Array.from({ length: 2_000 }, (_, id) => ({ id: 1_000 + id, text: `packed '${id}'` }));
    await compressed.insert({ table: "default.t", values, format: "JSONEachRow" });
    const rows = (await rowsOf(
      "SELECT toUInt32(id) AS id, text FROM default.t WHERE startsWith(text, 'packed') ORDER BY id",
      {},
      compressed,
    )) as { id: number }[];
    assert.deepEqual(rows, values);
  });

  test("the summary counts written rows", async () => {
    const { summary } = await client.insert({
      table: "default.t",
      values: [
        { id: 1, text: "s" },
        { id: 2, text: "s" },
      ],
      format: "JSONEachRow",
    });
    assert.equal(summary?.written_rows, "2");
  });

  test("a body above the bound is refused, also when it was packed small", async () => {
    const wide = "x".repeat(1_000_000);
    async function* rows() {
      for (let id = 0; id < 70; id++) yield { id, text: wide };
    }
    const inserted = compressed.insert({
      table: "default.t",
      values: Readable.from(rows()),
      format: "JSONEachRow",
    });
    await assert.rejects(inserted);
    assert.deepEqual(await rowsOf("SELECT toUInt32(count()) AS n FROM default.t WHERE length(text) > 1000"), [
      { n: 0 },
    ]);
  });

  test("an insert does not wait behind slow queries", async () => {
    let done = 0;
    const slow = Array.from({ length: 8 }, async () => {
      await rowsOf("SELECT sleep(1) AS s");
      done++;
    });
    await client.insert({ table: "default.t", values: [{ id: 3, text: "quick" }], format: "JSONEachRow" });
    assert.ok(done < 8); // the last of them wait in line themselves
    await Promise.all(slow);
  });
});

test("a second process is told who holds the directory", async () => {
  const second = fork(new URL("main.ts", import.meta.url), {
    env: {
      ...process.env,
      WEIR_WAREHOUSE_DIR: `${temporary.directory}/warehouse`,
      WEIR_WAREHOUSE_SOCKET: `${temporary.directory}/second.sock`,
      UV_THREADPOOL_SIZE: "16",
    },
    stdio: ["ignore", "pipe", "ignore", "ipc"],
  });
  let output = "";
  second.stdout?.on("data", (chunk: Buffer) => (output += chunk.toString()));
  const [code] = (await once(second, "exit")) as [number];
  assert.equal(code, 1);
  assert.ok(output.includes(`in use by process ${String(temporary.process.pid)}`), output);
});
