import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, test } from "node:test";
import type { ExperimentResult } from "../../protocols/results.ts";
import { Experiment } from "../../protocols/experiment.ts";
import { Flag } from "../../protocols/flag.ts";
import { Metric } from "../../protocols/metric.ts";
import { relativeDifference } from "./agreement.ts";
import { prepareReplay, type ReplayOptions, type ReplayOutcome, runReplay } from "./replay.ts";
import { tableOf } from "./table.ts";

const now = Date.UTC(2026, 0, 1);

interface Sent {
  readonly id: string;
  readonly variant?: string;
}

/** Stands in for a gateway: keeps what it is sent, fails when it is told to, and answers a fixed result. */
class FakeGateway {
  readonly lines: string[] = [];
  readonly bodies = new Map<string, unknown>();
  readonly batches: { path: string; ids: string[] }[] = [];
  readonly counted = new Map<string, Sent>();
  /** Answers to give instead, one a request to the events' routes. */
  readonly troubles: ((response: ServerResponse) => void)[] = [];
  differ = false;
  url = "";
  readonly #server = createServer((request, response) => void this.#answer(request, response));

  async open(): Promise<void> {
    await new Promise<void>((resolve) => this.#server.listen(0, "127.0.0.1", resolve));
    const address = this.#server.address();
    this.url = `http://127.0.0.1:${typeof address === "object" && address !== null ? address.port : 0}`;
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    let text = "";
    for await (const chunk of request) text += String(chunk);
    const url = new URL(request.url ?? "", this.url);
    const path = decodeURIComponent(url.pathname);
    this.lines.push(`${request.method ?? ""} ${path}`);
    if (text !== "") this.bodies.set(path, JSON.parse(text));
    const json = (status: number, body: unknown): void => {
      response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
    };
    if (path === "/v1/exposures" || path === "/v1/events/outcome")
      return this.#take(path, text, response, json);
    if (path.startsWith("/configs/"))
      return json(200, { plan: { experiments: { campaign: { status: "running" } } } });
    if (path.endsWith("/pipeline")) return json(200, { partitions: [], warehouse: 1, level: true });
    if (path.endsWith("/results"))
      return json(200, resultOf(url.searchParams.get("source") === "warehouse" && this.differ));
    if (path.endsWith("/start")) return json(409, { code: "illegal_transition", detail: "it runs already" });
    return json(200, {});
  }

  #take(
    path: string,
    text: string,
    response: ServerResponse,
    json: (status: number, body: unknown) => void,
  ): void {
    const { events } = JSON.parse(text) as { events: Sent[] };
    this.batches.push({ path, ids: events.map(({ id }) => id) });
    const trouble = this.troubles.shift();
    if (trouble !== undefined) return trouble(response);
    for (const event of events) this.counted.set(event.id, event);
    json(202, { status: "ok", accepted: events.length, duplicate: 0, rejected: 0, errors: [] });
  }
}

function resultOf(differ: boolean): ExperimentResult {
  const difference = differ ? 0.4000004 : 0.4;
  const estimate = {
    kind: "estimated",
    difference,
    standardError: 0.1,
    interval: [0.2, 0.6],
    pValue: 0.00001,
  } as const;
  const base = {
    variant: "mens-e-mail",
    method: "welch_t",
    n: 3,
    nControl: 2,
    mean: 1.5,
    meanControl: 1.1,
  } as const;
  return {
    summary: { variants: [{ variant: "mens-e-mail", units: 3, metrics: {} }], crossovers: 0 },
    analysis: {
      alpha: 0.05,
      comparisons: [
        { ...base, metric: "spend", estimate },
        { ...base, metric: "visit", estimate: { kind: "too_few_units", units: 1, unitsMin: 2 } },
      ],
      sampleRatio: { kind: "too_few_units", units: 1, unitsMin: 2 },
    },
  } as unknown as ExperimentResult;
}

describe("a replay", () => {
  let dir: string;
  let gateway: FakeGateway;
  beforeEach(async () => {
    dir = mkdtempSync(join(tmpdir(), "weir-replay-"));
    gateway = new FakeGateway();
    await gateway.open();
  });
  afterEach(async () => {
    await gateway.close();
    rmSync(dir, { recursive: true, force: true });
  });

  const optionsFor = (rows: readonly string[], more: Partial<ReplayOptions> = {}): ReplayOptions => {
    const file = join(dir, "Campaign.csv");
    writeFileSync(file, ["id,segment,visit,spend", ...rows].join("\r\n"));
    return {
      file,
      unit: "id",
      variant: "segment",
      control: "No E-Mail",
      metrics: ["visit:binary=visit", "Spend:sum=spend"],
      ...more,
    };
  };
  const replay = async (options: ReplayOptions): Promise<ReplayOutcome> =>
    runReplay(options, await prepareReplay(options, now), { url: gateway.url, token: "t" });

  const someRows = ["u1,No E-Mail,1,2.5", "u2,Mens E-Mail,0,0", "u3,Mens E-Mail,1,?"];

  test("makes what the contract takes, sends each row's events, and archives its environment", async () => {
    const outcome = await replay(optionsFor(someRows));
    assert.deepEqual([outcome.rows, outcome.events, outcome.malformed], [2, 5, 1]);
    Flag.parse(gateway.bodies.get("/v1/flags/campaign"));
    for (const key of ["visit", "spend"]) Metric.parse(gateway.bodies.get(`/v1/metrics/${key}`));
    const experiment = Experiment.parse(gateway.bodies.get("/v1/experiments/campaign"));
    assert.deepEqual(
      experiment.variants.map(({ key, weight }) => [key, weight]),
      [
        ["no-e-mail", 5_000],
        ["mens-e-mail", 5_000],
      ],
    );
    assert.deepEqual([experiment.control, experiment.metrics.primary], ["no-e-mail", "visit"]);
    assert.deepEqual(
      [...gateway.counted.keys()],
      ["campaign:1:x", "campaign:2:x", "campaign:1:visit", "campaign:1:spend", "campaign:2:spend"],
    );
    assert.equal(gateway.lines.at(-1), `DELETE /v1/environments/${outcome.environment}`);
  });

  test("reports by the names of the file, with null and a reason where there is no answer", async () => {
    const { report } = await replay(optionsFor(someRows, { keep: true }));
    assert.deepEqual(
      report.rows.map(({ variant, metric, pValue, reason }) => [variant, metric, pValue, reason]),
      [
        ["Mens E-Mail", "Spend", 0.00001, undefined],
        ["Mens E-Mail", "visit", null, "too few units: 1, at least 2 are needed"],
      ],
    );
    assert.deepEqual(report.rows[0]?.interval, [0.2, 0.6]);
    assert.equal(report.srm.pValue, null);
    assert.equal(report.sources.maxRelativeDifference, 0);
    assert.match(tableOf(report), /Mens E-Mail +Spend .*0\.2 … 0\.6 +1\.00e-5 +welch_t/);
    assert.ok(!gateway.lines.some((line) => line.startsWith("DELETE")));
  });

  test("writes the report at the end, in the form that the file's name says", async () => {
    const file = join(dir, "report.md");
    await replay(optionsFor(someRows, { report: file }));
    assert.equal(readFileSync(file, "utf8"), "{}");
    assert.ok(gateway.lines.includes("GET /v1/reports/campaign"));
    assert.match(gateway.lines.at(-1) ?? "", /^DELETE/);
  });

  test("a batch that failed in any way is sent again with the same ids", async () => {
    gateway.troubles.push(
      (response) => response.writeHead(503, { "retry-after": "0" }).end("{}"),
      (response) => response.destroy(),
      (response) => response.writeHead(429).end(),
      (response) =>
        response
          .writeHead(202)
          .end('{"rejected":1,"errors":[{"index":0,"code":"unknown_experiment","message":"?"}]}'),
    );
    const outcome = await replay(optionsFor(someRows));
    const tries = gateway.batches.filter(({ path }) => path === "/v1/exposures");
    assert.equal(tries.length, 5);
    assert.equal(new Set(tries.map(({ ids }) => ids.join())).size, 1);
    assert.equal(gateway.counted.size, outcome.events);
  });

  test("events that are refused for good end it with the reason, and the environment is archived", async () => {
    gateway.troubles.push((response) =>
      response
        .writeHead(202)
        .end('{"rejected":1,"errors":[{"index":0,"code":"invalid_event","message":"not like this"}]}'),
    );
    await assert.rejects(replay(optionsFor(someRows)), { code: "events_rejected", message: /not like this/ });
    assert.match(gateway.lines.at(-1) ?? "", /^DELETE/);
  });

  test("many rows go in batches of at most a thousand, exposures of a chunk before its outcomes", async () => {
    const rows = Array.from(
      { length: 5_500 },
      (_, index) => `u${index},${index % 2 === 0 ? "No E-Mail" : "Mens E-Mail"},1,1`,
    );
    const outcome = await replay(optionsFor(rows));
    assert.deepEqual([outcome.rows, gateway.counted.size], [5_500, 16_500]);
    assert.ok(gateway.batches.every(({ ids }) => ids.length <= 1_000));
    const seen = new Set<string>();
    for (const { path, ids } of gateway.batches)
      for (const id of ids) {
        const row = id.split(":")[1] ?? "";
        if (path === "/v1/exposures") seen.add(row);
        else assert.ok(seen.has(row), `exposure of row ${row} came first`);
      }
  });

  test("--strict refuses a file with a malformed row before anything is sent", async () => {
    await assert.rejects(replay(optionsFor(someRows, { strict: true })), {
      code: "malformed_rows",
      message: /line 4: Spend: '\?' is not a number/,
    });
    assert.deepEqual(gateway.lines, []);
  });

  const refused = [
    {
      name: "a control the file does not have",
      more: { control: "Control" },
      code: "usage",
      message: /the file has: No E-Mail, Mens E-Mail/,
    },
    { name: "no metric", more: { metrics: [] }, code: "usage", message: /at least one --metric/ },
    {
      name: "weights that leave every row unknown",
      more: { weights: "x=10000", control: "x" },
      code: "no_rows",
      message: /unknown variant 'No E-Mail'/,
    },
  ];
  for (const { name, more, code, message } of refused)
    test(`${name} is refused before anything is sent`, async () => {
      await assert.rejects(replay(optionsFor(someRows, more)), { code, message });
      assert.deepEqual(gateway.lines, []);
    });
});

test("the relative difference is 0 for equals, 1 for what only one side has, and symmetric", () => {
  assert.equal(relativeDifference(0, 0), 0);
  assert.equal(relativeDifference(undefined, undefined), 0);
  assert.equal(relativeDifference(3, undefined), 1);
  assert.equal(relativeDifference(0, 5), 1);
  assert.equal(relativeDifference(1, 1.5), relativeDifference(1.5, 1));
});
