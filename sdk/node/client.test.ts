import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, test } from "node:test";
import { createWeir, type WeirClient, type WeirOptions } from "./index.ts";
import type { Notice } from "./notice.ts";
import { bodyOf, fastClock, startTestService, testPlan, type TestService, until } from "./testing.ts";

const context = { targetingKey: "someone" };
/** Half a minute of the fast clock: no test fails because the machine is slow. */
const patienceMs = 600_000;

describe("a Weir client", () => {
  let service: TestService;
  const clients: WeirClient[] = [];
  const notices: Notice[] = [];

  beforeEach(async () => {
    service = await startTestService(testPlan(1));
  });
  afterEach(async () => {
    await Promise.all(clients.splice(0).map((client) => client.close(200)));
    await service.close();
    notices.length = 0;
  });

  const open = (options: Partial<WeirOptions> = {}): WeirClient => {
    const client = createWeir({
      url: service.url,
      token: "secret",
      environment: "test",
      flushIntervalMs: 20,
      clock: fastClock(20),
      initTimeoutMs: patienceMs,
      onError: (notice) => notices.push(notice),
      ...options,
    });
    clients.push(client);
    return client;
  };

  test("values of every type are decided locally once it is ready", async () => {
    const client = open();
    assert.equal(await client.ready(), "ready");
    assert.equal(client.string("greeting", context, "?"), "hello");
    assert.equal(client.boolean("enabled", context, false), true);
    assert.equal(client.number("limit", context, 0), 12);
    assert.deepEqual(client.json("settings", context, {}), { deep: [1, 2] });
    const requests = service.requests.filter((line) => line.includes("evaluate"));
    assert.deepEqual(requests, []);
  });

  const refusals = [
    { name: "an unknown flag", flag: "nothing", of: context, fallback: "x", errorCode: "FLAG_NOT_FOUND" },
    {
      name: "a value of another type",
      flag: "limit",
      of: context,
      fallback: "x",
      errorCode: "TYPE_MISMATCH",
    },
    {
      name: "a context without a key",
      flag: "greeting",
      of: {},
      fallback: "x",
      errorCode: "TARGETING_KEY_MISSING",
    },
    {
      name: "a malformed unit id",
      flag: "greeting",
      of: { unitId: "short" },
      fallback: "x",
      errorCode: "TARGETING_KEY_MISSING",
    },
  ];
  for (const { name, flag, of, fallback, errorCode } of refusals)
    test(`${name} gives the default and says ${errorCode}`, async () => {
      const client = open();
      await client.ready();
      const details = client.details(flag, of, fallback);
      assert.deepEqual([details.value, details.reason, details.errorCode], [fallback, "ERROR", errorCode]);
    });

  test("before any configuration the default comes with PROVIDER_NOT_READY, and ready() resolves in time", async () => {
    service.intercept = () => true; // accepts and never answers
    const client = open({ initTimeoutMs: 400 });
    assert.equal(await client.ready(), "not_ready");
    assert.equal(client.details("greeting", context, "?").errorCode, "PROVIDER_NOT_READY");
  });

  test("a published change arrives over the stream", async () => {
    const client = open();
    await client.ready();
    await until(() => service.streams.length === 1, "the stream is open");
    service.publish(testPlan(2, "goodbye"));
    await until(() => client.string("greeting", context, "?") === "goodbye", "the change arrives");
    assert.equal(client.configuration?.version, 2);
  });

  test("a broken stream is opened again from the version it has, one connection at a time", async () => {
    const client = open();
    await client.ready();
    for (let version = 2; version <= 4; version++) {
      await until(() => service.streams.length === 1, "the stream is open");
      service.plan = testPlan(version, `version ${version}`);
      service.streams[0]?.destroy();
      await until(() => client.configuration?.version === version, `version ${version} is there`);
      assert.ok(service.streams.length <= 1);
    }
    const resumed = service.headers.flatMap((headers) => headers["last-event-id"] ?? []);
    assert.deepEqual(new Set(resumed).size > 1, true);
  });

  test("a stream that falls silent is given up and opened again", async () => {
    const client = open({ clock: fastClock(400) }); // 45 s of silence are 112 ms
    await client.ready();
    await until(
      () => service.requests.filter((line) => line === "GET /stream/test").length >= 2,
      "it is opened again",
    );
    assert.notEqual(client.status, "closed");
  });

  test("an older version than the present one is ignored", async () => {
    service.plan = testPlan(5, "five");
    const client = open();
    await client.ready();
    await until(() => service.streams.length === 1, "the stream is open");
    service.publish(testPlan(4, "four"));
    service.publish(testPlan(6, "six"));
    await until(() => client.configuration?.version === 6, "the newer one arrives");
    assert.equal(client.string("greeting", context, "?"), "six");
  });

  test("a plan that does not match its etag is refused and the old one stays", async () => {
    const client = open();
    await client.ready();
    await until(() => service.streams.length === 1, "the stream is open");
    service.publish({ ...testPlan(2, "forged"), etag: "0".repeat(64) });
    await until(() => notices.some(({ code }) => code === "bad_configuration"), "it is told");
    assert.equal(client.string("greeting", context, "?"), "hello");
  });

  test("without streaming it polls, and an unchanged configuration is a 304", async () => {
    const client = open({ streaming: false, pollIntervalMs: 400 });
    await client.ready();
    await until(() => service.requests.length >= 3, "it polls");
    assert.ok(
      service.headers.slice(1).every((headers) => headers["if-none-match"] === `"${service.plan.etag}"`),
    );
    assert.ok(service.requests.every((line) => line === "GET /configs/test"));
    assert.equal(client.status, "ready");
  });

  test("a service that goes away leaves the client stale, and back makes it ready", async () => {
    const client = open();
    const seen: string[] = [];
    client.onStatus((status) => seen.push(status));
    await client.ready();
    await until(() => service.streams.length === 1, "the stream is open");
    service.intercept = (_request, response) => (response.destroy(), true);
    service.streams[0]?.destroy();
    await until(() => client.status === "stale", "it is stale");
    assert.equal(client.details("greeting", context, "?").reason, "STALE");
    assert.equal(client.string("greeting", context, "?"), "hello");
    service.intercept = undefined;
    await until(() => client.status === "ready", "it is ready again");
    assert.deepEqual(seen, ["ready", "stale", "ready"]);
  });

  test("a bootstrap is served, as stale, while the service is away", async () => {
    await service.close();
    const client = open({ bootstrap: testPlan(3, "from the page"), initTimeoutMs: 100 });
    assert.equal(client.string("greeting", context, "?"), "from the page");
    assert.equal(await client.ready(), "stale");
    service = await startTestService(testPlan(1));
  });

  test("an assignment is exposed once a unit, with a hashed unit and no raw key anywhere", async () => {
    const client = open();
    await client.ready();
    for (let times = 0; times < 5; times++) client.string("button", context, "?");
    client.track(context, "bought", { value: 9.5 });
    assert.deepEqual(await client.flush(patienceMs), { pending: 0 });
    assert.equal(service.exposures.length, 1);
    const [exposure] = service.exposures;
    const [outcome] = service.outcomes;
    assert.equal(exposure?.["experiment"], "button-test");
    assert.match(String(exposure?.["unitId"]), /^[\w-]{22}$/);
    assert.equal(outcome?.["unitId"], exposure?.["unitId"]);
    assert.equal(outcome?.["value"], 9.5);
    assert.ok(!JSON.stringify([exposure, outcome]).includes("someone"));
  });

  test("a unit that got the default for its type is not exposed", async () => {
    const client = open();
    await client.ready();
    client.number("button", context, 1);
    await client.flush(patienceMs);
    assert.equal(service.exposures.length, 0);
  });

  test("exposures can be left to the application", async () => {
    const client = open({ automaticExposure: false });
    await client.ready();
    client.string("button", context, "?");
    await client.flush(patienceMs);
    assert.equal(service.exposures.length, 0);
  });

  test("a batch that was put off is sent again with the same ids", async () => {
    const client = open();
    await client.ready();
    const sent: string[] = [];
    let failures = 0;
    service.intercept = (request, response) => {
      if (request.url !== "/v1/events/outcome?env=test" || failures === 3) return false;
      failures++;
      void bodyOf(request).then((text) => {
        sent.push(JSON.stringify((JSON.parse(text) as { events: unknown }).events));
        if (failures === 2) response.destroy();
        else response.writeHead(503, { "retry-after": "0" }).end();
      });
      return true;
    };
    client.track(context, "bought");
    await until(() => service.outcomes.length === 1, "the event is in");
    assert.equal(sent.length, 3);
    assert.equal(new Set(sent).size, 1);
    assert.ok(sent[0]?.includes(String(service.outcomes[0]?.["id"])));
  });

  test("events tracked before there is a configuration are sent once there is one", async () => {
    service.intercept = (_request, response) => (response.writeHead(503).end(), true);
    const client = open({ initTimeoutMs: 50 });
    client.track(context, "bought");
    await client.ready();
    service.intercept = undefined;
    await until(() => service.outcomes.length === 1, "the event is in");
    assert.match(String(service.outcomes[0]?.["unitId"]), /^[\w-]{22}$/);
  });

  test("a full queue lets the oldest go and says how many", async () => {
    service.intercept = (request, response) =>
      request.method === "POST" && (response.writeHead(503).end(), true);
    const client = open({ queueMax: 100 });
    await client.ready();
    for (let number = 0; number < 250; number++) client.track(context, `event-${number}`);
    assert.ok(client.pendingEvents <= 100);
    service.intercept = undefined;
    await until(() => service.outcomes.some((event) => event["name"] === "event-249"), "the newest is in");
    await until(() => notices.some(({ code }) => code === "events_dropped"), "it is told");
    assert.ok(!service.outcomes.some((event) => event["name"] === "event-0"));
  });

  test("a refused batch is dropped and told, and the next one is sent", async () => {
    const client = open();
    await client.ready();
    service.intercept = (request, response) =>
      request.method === "POST" && (response.writeHead(400).end("{}"), true);
    client.track(context, "bad");
    await until(() => notices.some(({ code }) => code === "events_rejected"), "it is told");
    service.intercept = undefined;
    client.track(context, "good");
    await until(() => service.outcomes.length === 1, "the next is in");
    assert.equal(service.outcomes[0]?.["name"], "good");
  });

  test("close() sends what is queued, is bounded when nothing answers, and is final", async () => {
    const client = open({ flushIntervalMs: 60_000, clock: fastClock(1) });
    await client.ready();
    client.track(context, "bought");
    await client.close();
    assert.equal(service.outcomes.length, 1);
    assert.equal(client.status, "closed");
    client.track(context, "late");
    assert.equal(client.pendingEvents, 0);

    service.intercept = (request) => request.method === "POST"; // never answers
    const other = open({ flushIntervalMs: 60_000, clock: fastClock(1) });
    await other.ready();
    other.track(context, "bought");
    await other.close(200); // it would wait for ever
  });
});
