import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { Ajv2020 } from "ajv/dist/2020.js";
import { parseAllDocuments } from "yaml";
import { trial } from "../../actors/experiment/trial.ts";
import { metricJsonSchema } from "../../protocols/metric-schema.ts";
import { spanMs } from "../../protocols/metric-file.ts";
import { CliFailure } from "../failure.ts";
import { checkFiles } from "./check.ts";
import { testFiles, testText } from "./tests.ts";

const docs = fileURLToPath(new URL("../../docs/", import.meta.url));
const examples = join(docs, "examples/metrics");
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
/** The blocks of YAML in the page about metrics. */
const blocks = (): string[] =>
  [...readFileSync(join(docs, "metrics.md"), "utf8").matchAll(/```yaml\n([\s\S]*?)```/g)].map(
    ([, text]) => text ?? "",
  );

test("every example passes its own tests, and none is without one", async () => {
  const run = await testFiles([examples], trial);
  assert.equal(testText(run).includes("FAIL"), false, testText(run));
  assert.ok(run.ok && run.tests.length >= 9);
  assert.deepEqual(run.untested, []);
});

test("the page's examples are sound, and pass their own tests", async () => {
  const files = blocks().map((text, index) => file(`page-${index}.yaml`, text));
  assert.ok(files.length >= 1);
  for (const each of files) {
    const run = await testFiles([each], trial);
    assert.deepEqual(run.findings, []);
    assert.ok(run.ok, testText(run));
  }
});

test("examples fit the published schema, so that editors find nothing wrong with them", () => {
  const validate = new Ajv2020({ strict: false, validateFormats: false }).compile(metricJsonSchema());
  const texts = readdirSync(examples).map((name) => readFileSync(join(examples, name), "utf8"));
  for (const text of [...texts, ...blocks()])
    for (const document of parseAllDocuments(text))
      assert.ok(validate(document.toJS()), JSON.stringify(validate.errors));
});

test("a number that differs is shown with its line, what was expected and what it is", async () => {
  const path = file(
    "differs.yaml",
    `metric: { key: spent, definition: { type: sum, event: buy } }
tests:
  - name: spends
    events:
      - { unit: ada, exposure: treatment }
      - { unit: ada, at: 1h, event: buy, value: 0.1 }
      - { unit: ada, at: 2h, event: buy, value: 0.2 }
      - { unit: bob, exposure: control }
    expect:
      units: { ada: 0.4, bob: 0 }
      variants:
        treatment: { n: 2, mean: 0.3 }
        control: null
      exposed: { control: 2 }
      setAside: { bots: 1 }
`,
  );
  const run = await testFiles([path], trial);
  assert.ok(!run.ok);
  assert.deepEqual(testText(run).split("\n").slice(1, -2), [
    "        line 10: ada.spent: expected 0.4, is 0.30000000000000004",
    "        line 12: treatment.spent n: expected 2, is 1",
    "        line 13: control.spent: expected none, is 0",
    "        line 14: control units: expected 2, is 1",
    "        line 15: bots: expected 1, is 0",
  ]);
  assert.match(testText(run), /1 test, 1 failed$/);
});

test("an id that comes twice counts once, and an event that waited over a week for its exposure not at all", async () => {
  const path = file(
    "rules.yaml",
    `metric: { key: n, definition: { type: count, event: e } }
tests:
  - name: once
    events:
      - { unit: ada, exposure: control }
      - { unit: ada, at: 1h, event: e, id: same }
      - { unit: ada, at: 1h, event: e, id: same }
    expect: { units: { ada: 1 } }
  - name: waits
    events:
      - { unit: ada, at: 1h, event: e }
      - { unit: ada, at: 0, received: 6d, exposure: control }
      - { unit: bob, at: 1h, event: e }
      - { unit: bob, at: 0, received: 8d, exposure: control }
    expect: { units: { ada: 1, bob: 0 } }
`,
  );
  const run = await testFiles([path], trial);
  assert.ok(run.ok, testText(run));
});

test("no test is run while a file has errors, and metrics without a test are named", async () => {
  const bad = file("bad.yaml", "metric: { key: a, definition: { type: sum } }\ntests: []\n");
  assert.match(testText(await testFiles([bad], trial)), /No test was run: mend 1 error first\.$/);
  const bare = file("bare.yaml", "metric: { key: a, definition: { type: count, event: e } }\n");
  assert.equal(testText(await testFiles([bare], trial)), "0 tests, 0 failed\nwithout a test: a");
  const lonely = file(
    "lonely.yaml",
    "tests: [{ name: t, events: [], expect: { exposed: { control: 0 } } }]\n",
  );
  await assert.rejects(testFiles([lonely], trial), CliFailure);
});

test("spans add their parts up, and a sign counts for all of them", () => {
  assert.deepEqual(
    [0 as const, "2h", "1d 30m", "-1h 30m", "1.5h", "250ms"].map(spanMs),
    [0, 7_200_000, 88_200_000, -5_400_000, 5_400_000, 250],
  );
});

test("one test may have a thousand units", async () => {
  const events = Array.from({ length: 1_000 }, (_, index) => [
    { unit: `u${index}`, exposure: index % 2 === 0 ? "control" : "treatment" },
    { unit: `u${index}`, at: "1h", event: "e" },
  ]).flat();
  const document = {
    metric: { key: "n", definition: { type: "count", event: "e" } },
    tests: [{ name: "many", events, expect: { exposed: { control: 500, treatment: 500 } } }],
  };
  const { findings } = await checkFiles([file("many.json", JSON.stringify(document))]);
  assert.deepEqual(findings, []);
  const run = await testFiles([join(directory, "many.json")], trial);
  assert.ok(run.ok, testText(run));
});
