import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { checkFiles } from "./check.ts";
import { findingText, findingsText, type Finding } from "./finding.ts";

let directory: string;
before(() => {
  directory = mkdtempSync(join(tmpdir(), "weir-metrics-"));
});
after(() => rmSync(directory, { recursive: true, force: true }));

const file = (name: string, text: string): string => {
  const path = join(directory, name);
  writeFileSync(path, text);
  return path;
};
/** Place, code and suggestion of each finding of a text. */
async function found(text: string, name = "m.yaml"): Promise<(string | undefined)[][]> {
  const { findings } = await checkFiles([file(name, text)]);
  return findings.map(short);
}
const short = ({ place, code, suggestion }: Finding): (string | undefined)[] => [
  place === undefined ? "" : `${place.line}:${place.column}+${place.length}`,
  code,
  suggestion,
];
const binary = "{ type: binary, event: buy }";

describe("what is wrong is found where it stands", () => {
  const cases: readonly (readonly [what: string, text: string, ...expected: (string | undefined)[][]])[] = [
    ["nothing", `metric: { key: a, definition: ${binary} }`],
    [
      "a name with a letter too few, once",
      "metric:\n  key: a\n  definition: { type: binary, evnt: buy }\n",
      ["3:31+4", "unknown_member", 'did you mean "event"?'],
    ],
    [
      "a name that two letters changed in",
      "metric:\n  key: a\n  definitoin: { type: binary, event: buy }\n",
      ["3:3+10", "unknown_member", 'did you mean "definition"?'],
    ],
    [
      "a member of another type of metric, with those that may stand there",
      "metric: { key: a, definition: { type: binary, event: buy, denominator: x } }",
      ["1:59+11", "unknown_member", "allowed are type, event, filter"],
    ],
    [
      "a type that there is not",
      "metric: { key: a, definition: { type: binry, event: buy } }",
      [
        "1:39+5",
        "not_allowed",
        'did you mean "binary"? allowed are binary, count, sum, mean, ratio, retention, funnel, time_to, percentile',
      ],
    ],
    [
      "a value that is not among those allowed",
      `metric: { key: a, definition: ${binary}, direction: up }`,
      ["1:72+2", "not_allowed", "allowed are increase, decrease"],
    ],
    [
      "what is missing, at what it is missing from",
      `metrics:\n  - definition: ${binary}\n`,
      ["2:5+10", "missing_member", undefined],
    ],
    [
      "a number in quotes",
      `metric: { key: a, definition: ${binary}, window: { type: conversion, hours: "72" } }`,
      ["1:96+4", "wrong_type", "write 72 without quotes"],
    ],
    [
      "a percentile that there cannot be",
      "metric: { key: a, definition: { type: percentile, event: load, percentile: 100 } }",
      ["1:76+3", "out_of_range", undefined],
    ],
    [
      "a key that is none",
      `metric: { key: "Click Rate", definition: ${binary} }`,
      ["1:16+12", "wrong_form", 'as in "click_rate"'],
    ],
    [
      "a metric that is not below metric:",
      `key: a\ndefinition: ${binary}\n`,
      ["1:1+3", "unknown_member", 'put the metric below "metric:", or a list of them below "metrics:"'],
      ["2:1+10", "unknown_member", 'put the metric below "metric:", or a list of them below "metrics:"'],
    ],
    [
      "a name that stands twice",
      `metric:\n  key: a\n  key: b\n  definition: ${binary}\n`,
      ["3:3+3", "duplicate_member", undefined],
    ],
    ["a bracket that is not closed", "metric: { key: a\n", ["2:1+1", "syntax", undefined]],
    [
      "one key twice",
      `metrics:\n  - { key: a, definition: ${binary} }\n  - { key: a, definition: ${binary} }\n`,
      ["3:12+1", "duplicate_metric", undefined],
    ],
    [
      "a metric that a covariate names and that is not there",
      `metrics:\n  - { key: sales, definition: ${binary}, covariate: { lookbackDays: 7, metrics: [salse] } }\n`,
      ["2:101+5", "unknown_metric", 'did you mean "sales"?'],
    ],
    [
      "a variant that a test does not have",
      `metric: { key: a, definition: ${binary} }\ntests: [{ name: t, events: [{ unit: u, exposure: treatmnt }], expect: {} }]\n`,
      ["2:50+8", "unknown_variant", 'did you mean "treatment"?'],
    ],
    [
      "a combination without meaning",
      `metric: { key: a, definition: ${binary}, cap: { value: 1 } }`,
      ["1:66+12", "refused", undefined],
    ],
    ["a file without a metric", "# nothing\n", ["", "no_metric", undefined]],
  ];
  for (const [what, text, ...expected] of cases)
    test(what, async () => assert.deepEqual(await found(text), expected));
});

test("everything that is wrong is said at once, in the order of the file, over all its documents", async () => {
  const findings = await found(
    `metric: { key: A, definition: ${binary}, direction: up }\n---\nmetric: { key: b, definition: { type: sum } }\n`,
  );
  assert.deepEqual(
    findings.map(([place]) => place),
    ["1:16+1", "1:72+2", "3:19+10"],
  );
});

test("JSON is read like YAML, with its lines and columns", async () => {
  const text =
    '{\n\t"metric": {\n\t\t"key": "a",\n\t\t"definition": { "type": "sum", "evnt": "x" }\n\t}\n}\n';
  assert.deepEqual(await found(text, "m.json"), [["4:34+6", "unknown_member", 'did you mean "event"?']]);
});

test("a line that came from Windows is shown without its end", async () => {
  const { findings } = await checkFiles([
    file("w.yaml", `metric:\r\n  key: A\r\n  definition: ${binary}\r\n`),
  ]);
  assert.equal(findings[0]?.place?.source, "  key: A");
});

test("directories are read with all below them, in the order of names, and what begins with a dot is not", async () => {
  const root = join(directory, "tree");
  for (const name of ["b/deep", "a", ".hidden"]) mkdirSync(join(root, name), { recursive: true });
  for (const [name, key] of [
    ["b/deep/x.yml", "third"],
    ["a/y.yaml", "first"],
    ["a/z.json", "second"],
    [".hidden/x.yaml", "no"],
  ])
    writeFileSync(
      join(root, name ?? ""),
      JSON.stringify({ metric: { key, definition: { type: "count", event: "e" } } }),
    );
  writeFileSync(join(root, "readme.md"), "# no metric");
  const { metrics, findings } = await checkFiles([root, join(root, "a/y.yaml")]);
  assert.deepEqual(findings, []);
  assert.deepEqual(
    metrics.map(({ metric }) => metric.key),
    ["first", "second", "third"],
  );
});

test("what is piped in is a file of its own name", async () => {
  async function* input(): AsyncGenerator<string> {
    yield "metric: { key: a, ";
    yield "definition: {} }";
  }
  const { findings } = await checkFiles(["-"], input());
  assert.deepEqual(
    findings.map(({ file: name, code }) => [name, code]),
    [["(stdin)", "missing_member"]],
  );
});

test("files that are not there, too large or bent into themselves are refused in a sentence", async () => {
  const codes = async (path: string): Promise<string[]> =>
    (await checkFiles([path])).findings.map(({ code }) => code);
  assert.deepEqual(await codes(join(directory, "absent.yaml")), ["unreadable"]);
  assert.deepEqual(await codes(file("large.yaml", `# ${"x".repeat(5_000_000)}`)), ["too_large"]);
  const levels = Array.from(
    { length: 12 },
    (_, index) => `l${index + 1}: &l${index + 1} [${`*l${index},`.repeat(9)}]`,
  );
  assert.deepEqual(await codes(file("bomb.yaml", `l0: &l0 x\n${levels.join("\n")}\n`)), ["too_many"]);
  mkdirSync(join(directory, "empty"));
  assert.deepEqual(await codes(join(directory, "empty")), ["no_metric"]);
});

test("a finding shows its line with a mark, and far to the right of a long line only what is near", () => {
  const place = { line: 7, column: 5, length: 3, source: "  - evt: x" };
  const finding: Finding = {
    file: "m.yaml",
    code: "unknown_member",
    message: 'there is no "evt"',
    path: "",
    place,
  };
  assert.equal(
    findingText({ ...finding, suggestion: 'did you mean "event"?' }),
    'm.yaml:7:5: there is no "evt" [unknown_member]\n   7 |   - evt: x\n     |     ^^^\n    did you mean "event"?',
  );
  const long = findingText({
    ...finding,
    place: { ...place, column: 100_001, source: `${"x".repeat(100_000)}evt` },
  });
  assert.ok(long.length < 400);
  assert.match(long, /evt\n +\| {40}\^\^\^$/);
});

test("of a thousand findings fifty are shown, and the rest is counted", () => {
  const finding: Finding = { file: "m.yaml", code: "refused", message: "is wrong", path: "" };
  const text = findingsText(Array.from({ length: 1_000 }, () => finding));
  assert.equal(text.split("\n\n").length, 51);
  assert.match(text, /and 950 errors more$/);
});

test("a filter in short form is read as the condition that it stands for", async () => {
  const { metrics } = await checkFiles([
    file(
      "f.yaml",
      'metric: { key: a, definition: { type: count, event: click, filter: { position: "<=5" } } }',
    ),
  ]);
  const [{ metric } = assert.fail()] = metrics;
  assert.ok("filter" in metric.definition);
  assert.deepEqual(metric.definition.filter, { attribute: "position", op: "lte", value: 5 });
});
