import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { after, before, describe, test } from "node:test";
import { ActorDetail, ActorList, ReplayReport } from "../../protocols/actor-operations.ts";
import { freePorts } from "../../runtime/index.ts";
import { openCollector, type Collector } from "../../runtime/testing/collector.ts";
import { eventually } from "../../runtime/testing/nats.ts";
import { Api } from "../api.ts";
import { cliMain } from "../paths.ts";
import { startWeir, type TestWeir } from "../testing/weir.ts";

// An operator's day: what runs, what one holds, whether its journal still makes the same state, putting it to sleep;
// and what Prometheus and a collector of traces get to see of it.

interface Ran {
  readonly code: number;
  readonly out: string;
  readonly error: string;
}

describe("an operator", { timeout: 180_000 }, () => {
  let weir: TestWeir;
  let collector: Collector;
  let metricsPort: number;

  const run = (...args: readonly string[]): Promise<Ran> =>
    new Promise((resolve) => {
      const command = ["--disable-warning=ExperimentalWarning", cliMain, ...args];
      const env = { ...process.env, WEIR_URL: weir.url, WEIR_TOKEN: weir.token };
      execFile(process.execPath, command, { env }, (error, out, errorText) =>
        resolve({ code: error === null ? 0 : Number(error.code), out, error: errorText }),
      );
    });

  before(async () => {
    collector = await openCollector();
    metricsPort = await freePorts("127.0.0.1", 2);
    weir = await startWeir({
      environment: {
        OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
        WEIR_METRICS_PORT: String(metricsPort),
      },
    });
    await new Api(weir).call("POST", "/v1/environments", { body: { key: "shop", partitions: 2 } });
  });
  after(async () => {
    await weir?.stop();
    await collector?.close();
  });

  test("lists what is live, as a table and as JSON, by kind, state and host", async () => {
    const table = await run("actors", "ls");
    assert.equal(table.code, 0, table.error);
    assert.match(table.out, /^actor +status +host +shard/);
    assert.match(table.out, /^organisation\/default +live +up /m);
    assert.match(table.out, /^environment\/shop +live +up /m);
    assert.match(table.out, /^partition\/shop\/1 +live +up /m);
    assert.match(table.out, /up: 64 shards/);

    const { items } = ActorList.omit({ next: true }).parse(
      JSON.parse(
        (await run("actors", "ls", "--json", "--kind", "environment", "--status", "live", "--host", "up"))
          .out,
      ),
    );
    assert.deepEqual(
      items.map(({ kind, key }) => `${kind}/${key}`),
      ["environment/shop"],
    );
    assert.match((await run("actors", "ls", "--limit", "1")).out, /there are more/);
    assert.match((await run("actors", "ls", "--kind", "nobody")).out, /No such actor is live/);
  });

  test("shows one with its state and journal", async () => {
    const shown = await run("actors", "show", "organisation/default");
    assert.equal(shown.code, 0, shown.error);
    assert.match(shown.out, /^organisation\/default: live \(entity, shard \d+ at host up\)/);
    assert.match(shown.out, /^journal +log\.organisation\.default: \d+ events/m);
    assert.match(shown.out, /"key": "shop"/);
    const detail = ActorDetail.parse(
      JSON.parse((await run("actors", "show", "environment/shop", "--json")).out),
    );
    assert.equal(detail.state?.cut, false);
    assert.ok((detail.journal?.events ?? 0) > 0);
    const fold = ActorDetail.parse(
      JSON.parse((await run("actors", "show", "partition/shop/0", "--json")).out),
    );
    assert.deepEqual([fold.type, fold.live?.status], ["fold", "live"]);
    assert.deepEqual(Object.keys(fold.state?.value ?? {}), ["bytes", "waiting", "counts", "sums"]);
    assert.match(
      (await run("actors", "show", "partition/shop/0")).out,
      /^stream +events\.shop\.0: newest message \d+/m,
    );
  });

  test("replays one, which is equal to the state in memory", async () => {
    const replayed = await run("actors", "replay", "organisation/default");
    assert.equal(replayed.code, 0, replayed.error);
    assert.match(replayed.out, /^organisation\/default: equal to its state in memory/);
    const { position } = ReplayReport.parse(
      JSON.parse((await run("actors", "replay", "environment/shop", "--json")).out),
    );
    const earlier = ["actors", "replay", "environment/shop", "--to", String(position - 1), "--json"];
    const report = ReplayReport.parse(JSON.parse((await run(...earlier)).out));
    assert.equal(report.verdict, "computed");
    assert.ok(report.position < position);
  });

  test("evicts one, which is gone from the list, shown asleep, still equal, and wakes when it is asked", async () => {
    assert.match((await run("actors", "evict", "environment/shop")).out, /sleeps/);
    assert.match((await run("actors", "ls", "--kind", "environment")).out, /No such actor is live/);
    assert.match((await run("actors", "evict", "environment/shop")).out, /was not awake/);
    assert.match((await run("actors", "show", "environment/shop")).out, /^environment\/shop: asleep/);
    assert.equal((await run("actors", "replay", "environment/shop")).code, 0);
    await new Api(weir).call("GET", "/v1/flags", { query: { env: "shop" } });
    assert.match((await run("actors", "ls", "--kind", "environment")).out, /environment\/shop +live/);
  });

  test("is told plainly what is wrong with a question", async () => {
    const nobody = await run("actors", "show", "environment/never");
    assert.deepEqual(
      [nobody.code, /There is no environment "never"/.test(nobody.error)],
      [1, true],
      nobody.error,
    );
    const kind = await run("actors", "replay", "singer/a");
    assert.deepEqual([kind.code, /There is no singer "a"/.test(kind.error)], [1, true], kind.error);
    const malformed = await run("actors", "show", "environment");
    assert.deepEqual([malformed.code, /KIND\/KEY/.test(malformed.error)], [2, true], malformed.error);
    assert.equal((await run("actors", "ls", "--status", "happy")).code, 2);
    assert.equal((await run("actors", "ls", "--limit", "0")).code, 2);
  });

  test("needs a token that may administrate every environment", async () => {
    const api = new Api(weir);
    const tokenWith = async (scopes: readonly string[], environment?: string): Promise<Api> => {
      const body = { name: "t", scopes, ...(environment === undefined ? {} : { environment }) };
      const { token } = await api.call<{ token: string }>("POST", "/v1/tokens", { body });
      return new Api({ url: weir.url, token });
    };
    for (const [scopes, environment] of [
      [["experiments:read"], undefined],
      [["admin"], "shop"],
    ] as const) {
      const refused = await (await tokenWith(scopes, environment)).ask("GET", "/v1/actors");
      assert.equal(refused.ok === false && refused.code, "forbidden");
    }
  });

  test("scrapes each process", async () => {
    const scrape = async (url: string): Promise<string> => (await fetch(`${url}/metrics`)).text();
    const actors = await scrape(`http://127.0.0.1:${metricsPort}`);
    assert.match(actors, /^weir_actor_commits_total\{[^}]*kind="organisation"[^}]*\} [1-9]/m);
    assert.match(actors, /^weir_shards_owned(\{[^}]*\})? 64$/m);
    const analytics = await scrape(`http://127.0.0.1:${metricsPort + 1}`);
    assert.match(analytics, /^weir_sink_running(\{[^}]*\})? 1$/m);
    assert.match(analytics, /^process_resident_memory_bytes/m);
    assert.match(await scrape(weir.url), /^weir_gateway_requests_total\{[^}]*route="actors"/m);
  });

  test("follows one request from the gateway through the actor's step and append to its effect", async () => {
    const traceId = "c0ffee".padEnd(32, "0");
    const headers = { traceparent: `00-${traceId}-${"1".repeat(16)}-01` };
    await new Api(weir).call("POST", "/v1/environments", { body: { key: "traced", partitions: 1 }, headers });
    const spans = () => collector.spans.filter((span) => span.traceId === traceId);
    const names = (): string[] => spans().map(({ name }) => name);
    const wanted = ["ask organisation", "organisation step", "organisation append", "organisation effect"];
    await eventually("the spans arrive", () => wanted.every((name) => names().includes(name)), 15_000);
    const known = new Set([...spans().map(({ spanId }) => spanId), "1".repeat(16)]);
    for (const { name, parentSpanId } of spans())
      assert.ok(parentSpanId !== undefined && known.has(parentSpanId), `${name} hangs in the air`);
    const services = new Set(spans().map(({ service }) => service));
    assert.deepEqual([...services].sort(), ["weir-actors", "weir-gateway"]);
  });
});
