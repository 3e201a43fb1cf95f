import assert from "node:assert/strict";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { openServingGateway, tokens, type TestGateway, type TestLog } from "../../gateway/testing/gateway.ts";
import { backfillFile, surveyFile } from "./backfill.ts";
import { eventOf, mappingOf } from "./mapping.ts";
import { surveyText } from "./survey.ts";
import { readTable, type TableRow } from "./table.ts";

const directory = mkdtempSync(join(tmpdir(), "weir-backfill-"));
const parquet = new URL("testing/orders.parquet", import.meta.url).pathname;
const now = Date.now();
let log: TestLog;
let gateway: TestGateway;

before(async () => {
  ({ log, gateway } = await openServingGateway());
});
after(async () => {
  await gateway?.close();
  await log?.close();
  rmSync(directory, { recursive: true });
});

const target = () => ({ url: gateway.url, token: tokens.root });
const write = (name: string, text: string): string => {
  const path = join(directory, name);
  writeFileSync(path, text);
  return path;
};
async function rowsOf(rows: AsyncIterable<TableRow>): Promise<TableRow[]> {
  const all: TableRow[] = [];
  for await (const row of rows) all.push(row);
  return all;
}
async function storedEvents(): Promise<Record<string, unknown>[]> {
  const { first, last } = await log.connection.reader.bounds("EVENTS");
  const events: Record<string, unknown>[] = [];
  const range = { stream: "EVENTS", subject: "events.>", from: first, to: last };
  for await (const { data } of log.connection.reader.readRange(range))
    for (const line of Buffer.from(data).toString().split("\n"))
      events.push(JSON.parse(line) as Record<string, unknown>);
  return events;
}

const orders = {
  env: "test",
  map: ["userId=customer", "ts=at", "value=spend"],
  set: ["type=metric", "name=order"],
};

describe("a row becomes an event", () => {
  const { mapping } = { mapping: mappingOf({ ...orders, properties: "arm,size" }) };
  const cells = {
    customer: "ada",
    at: "2026-11-01T10:00:00Z",
    spend: "1.5",
    arm: "red",
    size: "3",
    other: "x",
  };

  test("of the members that the mapping names, with properties, and without columns that nobody named", () => {
    const mapped = eventOf(cells, 7, { mapping, file: "a.csv" });
    assert.equal(mapped.kind, "event");
    const { id, ...event } = mapped.kind === "event" ? mapped.event : {};
    assert.match(JSON.stringify(id), /^"backfill:7:[\w-]{22}"$/);
    assert.deepEqual(event, {
      type: "metric",
      name: "order",
      userId: "ada",
      ts: Date.UTC(2026, 10, 1, 10),
      value: 1.5,
      properties: { arm: "red", size: 3 },
    });
  });

  test("its id is of the row alone: another mapping gives the same, another row another", () => {
    const idOf = (number: number, changed: object, set: string[]): unknown => {
      const other = mappingOf({ ...orders, set: ["type=metric", ...set] });
      const mapped = eventOf({ ...cells, ...changed }, number, { mapping: other, file: "a.csv" });
      return mapped.kind === "event" ? mapped.event["id"] : mapped.reason;
    };
    const id = idOf(1, {}, ["name=order"]);
    assert.equal(idOf(1, {}, ["name=sale"]), id);
    assert.notEqual(idOf(2, {}, ["name=order"]), id);
    assert.notEqual(idOf(1, { spend: "2" }, ["name=order"]), id);
  });

  const bad: readonly (readonly [string, object, RegExp])[] = [
    ["a time that is none", { at: "soon" }, /at: 'soon' is no time/],
    ["a number that is none", { spend: "1,5" }, /spend: '1,5' is no number/],
    ["no time at all", { at: "" }, /no time/],
    ["a key that is too long", { customer: "x".repeat(2_000) }, /userId/],
  ];
  for (const [name, change, reason] of bad)
    test(`is malformed with ${name}`, () => {
      const mapped = eventOf({ ...cells, ...change }, 1, { mapping, file: "a.csv" });
      assert.match(mapped.kind === "malformed" ? mapped.reason : "", reason);
    });

  test("a member that events do not have is refused at once", () => {
    assert.throws(() => mappingOf({ map: ["user=customer"] }), /no member 'user'; they have .*userId/);
    assert.throws(() => mappingOf({ set: ["type"] }), /no member 'type'/);
  });
});

describe("files", () => {
  test("CSV, NDJSON and Parquet give the same rows, numbered alike; what is broken has its number, too", async () => {
    const csv = write("t.csv", "customer,at\nada,1\nbob\neve,3\n");
    const lines = write("t.ndjson", '{"customer":"ada","at":1}\nnot json\n\n[1]\n{"customer":"eve","at":3}');
    const kindsOf = async (rows: AsyncIterable<TableRow>) =>
      (await rowsOf(rows)).map(({ kind, number }) => `${number} ${kind}`);
    assert.deepEqual(await kindsOf(readTable(csv, "csv")), ["1 row", "2 broken", "3 row"]);
    assert.deepEqual(await kindsOf(readTable(lines, "ndjson")), ["1 row", "2 broken", "3 broken", "4 row"]);
    const rows = await rowsOf(readTable(parquet, "parquet"));
    assert.equal(rows.length, 6);
    assert.deepEqual(rows[3], {
      kind: "row",
      number: 4,
      cells: { customer: "c3", at: "2026-11-01T10:00:03.000Z", spend: null, arm: "red" },
    });
  });

  test("one that is not there, or is none of the kind, is said with its reason", async () => {
    for (const name of ["none.csv", "none.ndjson", "none.parquet"] as const)
      await assert.rejects(surveyFile(join(directory, name), orders), /no file|cannot be read/, name);
    await assert.rejects(surveyFile(write("bad.parquet", "PAR?"), orders), /cannot be read/);
    await assert.rejects(surveyFile(write("what.bin", ""), orders), /--format/);
  });

  test("a dry run says what each column becomes and which rows are wrong, and sends nothing", async () => {
    const found = await surveyFile(parquet, { ...orders, set: [...orders.set, "bot=maybe"].slice(0, 2) });
    assert.deepEqual([found.rows, found.good, found.types], [6, 6, { metric: 6 }]);
    assert.deepEqual(
      found.columns.map(({ column, member, filled, empty }) => [column, member, filled, empty]),
      [
        ["customer", "userId", 6, 0],
        ["at", "ts", 6, 0],
        ["spend", "value", 5, 1],
        ["arm", undefined, 6, 0],
      ],
    );
    const csv = write("wrong.csv", `customer,at,spend\nada,${now},1\nbob,soon,1\neve,later,x\n`);
    const text = surveyText(await surveyFile(csv, orders));
    assert.match(text, /1 of 3 rows can be sent: 1 metric/);
    assert.match(text, /2 rows: at: '…' is no time/);
  });
});

describe("sent to a gateway", () => {
  test("every row is stored once, also when the file is sent again; refused rows are in a file, raw keys nowhere else", async () => {
    const lines = [
      "customer,at,spend",
      ...Array.from({ length: 2_500 }, (_, row) => `person-${row},${now - row},${row}`),
    ];
    lines.splice(1_201, 0, "person-x,soon,1", `,${now},1`, `late,${now + 3 * 86_400_000},1`);
    const file = write("orders.csv", lines.join("\n"));
    const before = (await storedEvents()).length;
    const first = await backfillFile(file, target(), orders);
    assert.deepEqual([first.accepted, first.rejected, first.answered], [2_500, 3, 2_503]);
    assert.ok(!existsSync(`${file}.progress`));
    const rejects = readFileSync(first.rejectsFile ?? "", "utf8")
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as { row: number; code: string });
    assert.deepEqual(
      rejects.map(({ row, code }) => `${row} ${code}`).sort((a, b) => a.localeCompare(b)),
      ["1201 malformed_row", "1202 missing_unit", "1203 timestamp_out_of_range"],
    );
    const events = await storedEvents();
    assert.equal(events.length - before, 2_500);
    assert.doesNotMatch(JSON.stringify(events), /person-/);
    const again = await backfillFile(file, target(), { ...orders, rejects: join(directory, "again.ndjson") });
    assert.deepEqual([again.accepted, again.duplicate], [0, 2_500]);
  });

  test("interrupted, it goes on behind the rows that were answered for, under the same ids", async () => {
    const lines = Array.from({ length: 9_000 }, (_, row) =>
      JSON.stringify({ type: "metric", userId: `n-${row}`, ts: now - row, name: "seen" }),
    );
    const file = write("seen.ndjson", lines.join("\n"));
    const stop = new AbortController();
    const before = (await storedEvents()).length;
    const clock = { now: () => Date.now(), sleep: async () => undefined };
    const reading = backfillFile(file, target(), { env: "test" }, { clock, signal: stop.signal });
    const answered = (): number =>
      existsSync(`${file}.progress`)
        ? (JSON.parse(readFileSync(`${file}.progress`, "utf8")) as { rows: number }).rows
        : 0;
    while (answered() === 0) await new Promise((resolve) => setImmediate(resolve));
    stop.abort(new Error("stopped"));
    await assert.rejects(reading, /stopped/);
    const rows = answered();
    assert.ok(rows >= 1_000 && rows < 9_000, String(rows));
    const rest = await backfillFile(file, target(), { env: "test" });
    assert.equal(rest.skipped, rows);
    assert.equal(rest.accepted + rest.duplicate, 9_000 - rows);
    assert.equal((await storedEvents()).length - before, 9_000);
  });

  test("rows that a gateway refuses altogether end it: the mapping is wrong, not the rows", async () => {
    const lines = Array.from({ length: 1_500 }, (_, row) =>
      JSON.stringify({ type: "exposure", userId: `n-${row}`, ts: now, experimentKey: "nope", variant: "a" }),
    );
    await assert.rejects(
      backfillFile(write("nope.ndjson", lines.join("\n")), target(), { env: "test" }),
      /all of 1000 events were refused, the first with: there is no started experiment/,
    );
  });
});
