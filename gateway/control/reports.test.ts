import assert from "node:assert/strict";
import { before, describe, test } from "node:test";
import type { Breakdown } from "../../protocols/breakdown.ts";
import type { Report } from "../../protocols/report.ts";
import type { ResultSummary } from "../../protocols/result-summary.ts";
import type { ExperimentResult } from "../../protocols/results.ts";
import type { Timeline } from "../../protocols/timeline.ts";
import { result, startedAt } from "../reports/testing/result.ts";
import { serveExperiment, type Standing } from "../reports/testing/serve.ts";
import { servedHere, tokens } from "../testing/gateway.ts";

const { log, gateway } = await servedHere();
let standing: Standing;
before(async () => {
  standing = await serveExperiment(log.connection);
});

const read = (path: string, headers: Record<string, string> = {}) =>
  gateway.get(`${path}${path.includes("?") ? "&" : "?"}env=test`, { headers });
const as = <Value>(json: unknown): Value => json as Value;

describe("GET /v1/experiments/{key}/results", () => {
  test("leaves days and dimensions out unless they are asked for, one by one", async () => {
    const members = async (query: string): Promise<string[]> =>
      Object.keys(
        as<ExperimentResult>((await read(`/v1/experiments/exp/results${query}`)).json).summary,
      ).filter((name) => name === "days" || name === "dimensions");
    assert.deepEqual(await members(""), []);
    assert.deepEqual(await members("?detail=days"), ["days"]);
    assert.deepEqual(await members("?detail=days,dimensions"), ["days", "dimensions"]);
    const asked = standing.asked.filter((message) => as<{ type: string }>(message).type === "result");
    assert.deepEqual(asked[0], { type: "result", source: "streaming" });
    assert.deepEqual(asked[1], { type: "result", source: "streaming", detail: true });
  });

  test("refuses a detail and a source that it does not know", async () => {
    for (const query of ["detail=weeks", "source=memory"]) {
      const answer = await read(`/v1/experiments/exp/results?${query}`);
      assert.deepEqual([answer.status, answer.json["code"]], [400, "invalid_request"]);
    }
  });
});

test("a summary is small: decision, sentences, the primary metric, guardrails that do not hold", async () => {
  const answer = await read("/v1/experiments/exp/summary");
  const summary = as<ResultSummary>(answer.json);
  assert.equal(summary.decision?.kind, "keep_waiting");
  assert.match(summary.headline, /^Keep waiting: mail makes visit better/);
  assert.deepEqual(
    summary.numbers.map(({ metric, role, verdict }) => [metric, role, verdict]),
    [
      ["visit", "primary", "better"],
      ["latency", "guardrail", "undecided"],
    ],
  );
  assert.equal(summary.sampleRatio, "as_planned");
  assert.ok(answer.text.length < 4_000);
});

describe("GET /v1/experiments/{key}/timeline", () => {
  test("gives looks oldest first, page by page, each once", async () => {
    const seen: number[] = [];
    let cursor = "";
    for (let pages = 0; pages < 10; pages++) {
      const { items, next } = as<Timeline>(
        (await read(`/v1/experiments/exp/timeline?limit=5${cursor}`)).json,
      );
      seen.push(...items.map(({ at }) => at));
      if (next === undefined) break;
      cursor = `&cursor=${encodeURIComponent(String(next))}`;
    }
    assert.equal(seen.length, 12);
    assert.deepEqual(
      seen,
      [...new Set(seen)].sort((a, b) => a - b),
    );
  });

  test("keeps to one variant and metric when it is told to", async () => {
    const answer = await read("/v1/experiments/exp/timeline?variant=mail&metric=spend");
    for (const { effects } of as<Timeline>(answer.json).items)
      assert.deepEqual(effects, [
        { variant: "mail", metric: "spend", difference: 0.7, interval: [-0.5, 1.9], pValue: 0.4 },
      ]);
  });

  test("is CSV for whoever prefers that", async () => {
    for (const [query, accept] of [
      ["&format=csv", ""],
      ["", "text/csv"],
    ] as const) {
      const answer = await read(`/v1/experiments/exp/timeline?metric=spend&limit=2${query}`, { accept });
      assert.match(answer.headers.get("content-type") ?? "", /^text\/csv/);
      const lines = answer.text.trimEnd().split("\r\n");
      assert.equal(lines.length, 3);
      assert.equal(lines[0], "at,phase,plan_version,units,variant,metric,difference,low,high,p");
      const day = new Date(startedAt + 86_400_000).toISOString();
      assert.equal(lines[1], `${day},1,1,3000,mail,spend,0.7,-0.5,1.9,0.4`);
      assert.ok(answer.headers.get("x-weir-next"));
    }
  });

  test("says so when experiment, variant, metric or page is not one", async () => {
    assert.equal((await read("/v1/experiments/none/timeline")).json["code"], "experiment_not_found");
    for (const query of ["variant=x", "metric=x", "limit=401", "cursor=x", "format=html"])
      assert.equal((await read(`/v1/experiments/exp/timeline?${query}`)).status, 400, query);
  });
});

test("a breakdown is of a dimension that the experiment has", async () => {
  const answer = as<Breakdown>((await read("/v1/experiments/exp/breakdown?dimension=country")).json);
  assert.deepEqual([answer.dimension, answer.segments[0]?.value], ["country", "CH"]);
  for (const query of ["?dimension=planet", ""]) {
    const refused = await read(`/v1/experiments/exp/breakdown${query}`);
    assert.deepEqual([refused.status, refused.json["code"]], [400, "invalid_request"]);
    assert.match(refused.text, /must be one of country/);
  }
});

const valuesIn = ({ distributions }: Report) =>
  distributions.kind === "present"
    ? distributions.value.map(({ metric, values }) => [metric, values] as const)
    : [];

describe("GET /v1/reports/{key}", () => {
  test("is data, Markdown or a page, by format or by Accept", async () => {
    const json = await read("/v1/reports/exp");
    assert.equal(as<Report>(json.json).rows.length, result.analysis.comparisons.length);
    assert.equal(as<Report>(json.json).timeline.kind, "present");
    assert.deepEqual(as<Report>(json.json).queries, {
      kind: "present",
      value: [{ metric: "visit", sql: "SELECT 1" }],
    });
    const markdown = await read("/v1/reports/exp", { accept: "text/markdown" });
    assert.match(markdown.headers.get("content-type") ?? "", /^text\/markdown/);
    assert.match(markdown.text, /^# Mail &lt;img/);
    const page = await read("/v1/reports/exp?format=html");
    assert.match(page.text, /^<!doctype html>/);
    assert.match(page.headers.get("content-security-policy") ?? "", /default-src 'none'; style-src 'sha256-/);
    assert.equal(page.headers.get("vary"), "accept");
    assert.equal(page.headers.get("etag"), `"${result.revision}"`);
  });

  test("draws single values where analytics has them, and waits for them as long as it is told to", async () => {
    standing.rowsAsked.length = 0;
    const report = as<Report>((await read("/v1/reports/exp?wait=2000")).json);
    assert.deepEqual(
      valuesIn(report).map(([metric, values]) => [
        metric,
        values.kind === "present" ? values.value.variants.length : values.reason,
      ]),
      [
        ["spend", 2],
        ["ctr", 2],
        ["latency", "it is being computed from single values; load the report again in a while"],
      ],
    );
    assert.deepEqual(
      standing.rowsAsked.map(({ metric, method, waitMs, toEnd }) => [metric, method, waitMs, toEnd]),
      ["spend", "ctr", "latency"].map((metric) => [metric, "distribution", 2_000, true]),
    );
    assert.equal((await read("/v1/reports/exp?wait=6000")).status, 400);
  });

  test("is there without analytics, and says what is missing", async () => {
    standing.analytics = false;
    const report = as<Report>((await read("/v1/reports/exp")).json);
    standing.analytics = true;
    assert.deepEqual(report.breakdowns, {
      kind: "absent",
      reason: "it could not be computed (warehouse_unavailable)",
    });
    assert.equal(report.queries.kind, "absent");
    for (const [metric, values] of valuesIn(report))
      assert.equal(
        values.kind === "absent" && values.reason,
        "the warehouse does not answer: it starts",
        metric,
      );
  });

  test("asks for the scope of reports", async () => {
    const paths = ["reports/exp", "experiments/exp/summary", "experiments/exp/timeline"];
    for (const path of [...paths, "experiments/exp/breakdown?dimension=country"])
      assert.equal((await gateway.get(`/v1/${path}`, { token: tokens.reader })).status, 403, path);
  });
});
