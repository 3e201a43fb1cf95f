import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { parseMetricOption } from "./metric-option.ts";
import type { ReplayRow } from "./row.ts";
import { readRows, type Scan, scanFile, type ScanOptions } from "./scan.ts";

const now = Date.UTC(2026, 0, 1);

describe("a CSV file", () => {
  let dir: string;
  before(() => {
    dir = mkdtempSync(join(tmpdir(), "weir-csv-"));
  });
  after(() => rmSync(dir, { recursive: true, force: true }));

  let files = 0;
  const write = (text: string | Buffer): string => {
    const file = join(dir, `${files++}.csv`);
    writeFileSync(file, text);
    return file;
  };
  const scan = (
    text: string | Buffer,
    metrics: readonly string[],
    more: Partial<ScanOptions> = {},
  ): Promise<Scan> =>
    scanFile({
      file: write(text),
      unit: "id",
      variant: "arm",
      metrics: metrics.map(parseMetricOption),
      now,
      ...more,
    });
  const rowsOf = async (text: string | Buffer, metrics: readonly string[]): Promise<ReplayRow[]> => {
    const file = write(text);
    const { columns } = await scanFile({
      file,
      unit: "id",
      variant: "arm",
      metrics: metrics.map(parseMetricOption),
      now,
    });
    const rows: ReplayRow[] = [];
    for await (const row of readRows(file, { columns, now })) rows.push(row);
    return rows;
  };

  const wellFormed = [
    { name: "with plain line ends", text: "id,arm,x\n1,a,5\n2,b,6\n" },
    { name: "with CRLF and no last line end", text: "id,arm,x\r\n1,a,5\r\n2,b,6" },
    { name: "with mixed line ends and empty lines", text: "id,arm,x\r\n1,a,5\n\n2,b,6\r\n\r\n" },
    { name: "with a byte order mark", text: Buffer.from("\uFEFFid,arm,x\n1,a,5\n2,b,6\n") },
    {
      name: "with quoted cells, names and a comma inside",
      text: '"id",note,"arm",x\n1,"2) $100 - $200, or so","a",5\n2,"say ""hi""",b,"6"\n',
    },
    { name: "with a line break inside quotes", text: 'id,note,arm,x\n1,"two\nlines",a,5\n2,,b,6\n' },
  ];
  for (const { name, text } of wellFormed)
    test(`${name} gives its rows`, async () => {
      const rows = await rowsOf(text, ["x:sum=x"]);
      assert.deepEqual(
        rows.map(({ number, unit, variant, measurements }) => [
          number,
          unit,
          variant,
          measurements.map((measurement) => "value" in measurement && measurement.value),
        ]),
        [
          [1, "1", "a", [5]],
          [2, "2", "b", [6]],
        ],
      );
    });

  const malformed = [
    { cells: "1,a", reason: /2 cells instead of 3/ },
    { cells: "1,a,5,6", reason: /4 cells instead of 3/ },
    { cells: ",a,5", reason: /unit is empty/ },
    { cells: "1,,5", reason: /variant is empty/ },
    { cells: "1,a,", reason: /x: an empty cell is not a number/ },
    { cells: "1,a,NaN", reason: /x: 'NaN' is not a number/ },
    { cells: "1,a,12 EUR", reason: /not a number/ },
    { cells: "1,a,1e999", reason: /not a number/ },
    { cells: '1,a"b,5', reason: /not CSV/ },
  ];
  for (const { cells, reason } of malformed)
    test(`a row '${cells}' is malformed, named by its line, and left out`, async () => {
      const { rows, total, malformed, examples } = await scan(`id,arm,x\n0,b,1\n${cells}\n2,b,6\n`, [
        "x:sum=x",
      ]);
      assert.deepEqual([rows, total, malformed], [2, 3, 1]);
      assert.equal(examples[0]?.line, 3);
      assert.match(examples[0]?.reason ?? "", reason);
    });

  test("a malformed row makes no variant, and rows keep their numbers around it", async () => {
    const text = "id,arm,x\n1,a,1\n2,typo,oops\n3,b,1\n";
    assert.deepEqual(
      [...(await scan(text, ["x:sum=x"])).variants],
      [
        ["a", 1],
        ["b", 1],
      ],
    );
    assert.deepEqual(
      (await rowsOf(text, ["x:sum=x"])).map(({ number }) => number),
      [1, 3],
    );
  });

  test("with listed variants every other one is malformed", async () => {
    const { examples } = await scan("id,arm,x\n1,a,1\n2,c,1\n", ["x:sum=x"], {
      variants: new Set(["a", "b"]),
    });
    assert.deepEqual(examples, [{ line: 3, reason: "unknown variant 'c'" }]);
  });

  test("only the first twenty malformed rows are kept, and all are counted", async () => {
    const { malformed, examples } = await scan(`id,arm,x\n1,a,1\n${"1,a,?\n".repeat(30)}`, ["x:sum=x"]);
    assert.deepEqual([malformed, examples.length], [30, 20]);
  });

  test("times in the future and texts that are none are malformed", async () => {
    const { examples } = await scan(
      "id,arm,x,at\n1,a,1,2024-05-01\n2,a,1,2031-01-01\n3,a,1,soon\n",
      ["x:sum=x"],
      { time: "at" },
    );
    assert.deepEqual(
      examples.map(({ line }) => line),
      [3, 4],
    );
  });

  test("a missing column is named with a suggestion and what there is", async () => {
    await assert.rejects(
      scan("id,segment,spend\n1,a,1\n", ["x:sum=spent"], { variant: "Segment" }),
      (error: Error) => {
        assert.match(error.message, /no column 'spent' \(--metric x\); did you mean 'spend'\?/);
        assert.match(error.message, /no column 'Segment' \(--variant\); did you mean 'segment'\?/);
        assert.match(error.message, /columns are: id, segment, spend/);
        return true;
      },
    );
  });

  test("a ratio names two columns, whose own names may hold a slash", async () => {
    const { columns } = await scan("id,arm,a/b,c\n1,x,1,2\n", ["r:ratio=a/b/c"]);
    assert.deepEqual(columns.metrics, [{ key: "r", name: "r", type: "ratio", numerator: 2, denominator: 3 }]);
    await assert.rejects(scan("id,arm,a\n1,x,1\n", ["r:ratio=a"]), { code: "usage" });
  });

  test("a column of keys given as the variant is recognised", async () => {
    const lines = Array.from({ length: 60 }, (_, index) => `${index},v${index},1`).join("\n");
    await assert.rejects(scan(`id,arm,x\n${lines}\n`, ["x:sum=x"]), { code: "too_many_variants" });
  });

  test("an empty file, a missing one and a directory are told apart", async () => {
    await assert.rejects(scan("", ["x:sum=x"]), { code: "empty_file" });
    const options = { unit: "id", variant: "arm", metrics: [], now };
    await assert.rejects(scanFile({ ...options, file: join(dir, "none.csv") }), { code: "file_not_found" });
    await assert.rejects(scanFile({ ...options, file: dir }), { code: "file_is_directory" });
  });
});
