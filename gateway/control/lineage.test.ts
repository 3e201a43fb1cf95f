import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { fail, succeed } from "../../protocols/errors.ts";
import {
  openServingGateway,
  serveActors,
  type Asked,
  type TestGateway,
  type TestLog,
} from "../testing/gateway.ts";

// Lineage and the schema of metric files over HTTP. The actors here are stand-ins.

let log: TestLog;
let gateway: TestGateway;
let asked: Asked[] = [];

before(async () => {
  ({ log, gateway } = await openServingGateway());
  await serveActors(log.connection, (message) => {
    asked.push(message);
    const { metric } = message.message as { metric?: string };
    return metric === "none" ? fail({ code: "metric_not_found", metric }) : succeed({ metric: "bought" });
  });
});
after(async () => {
  await gateway?.close();
  await log?.close();
});

const get = (path: string): ReturnType<TestGateway["send"]> => gateway.send("GET", path);

test("a metric's lineage and an event's are asked of the environment in the path", async () => {
  asked = [];
  assert.equal((await get("/v1/environments/test/metrics/bought/lineage")).status, 200);
  assert.equal((await get("/v1/environments/test/events/page%3Aviewed/lineage")).status, 200);
  assert.deepEqual(
    asked.map(({ message }) => message),
    [
      { type: "get_lineage", metric: "bought" },
      { type: "get_lineage", event: "page:viewed" },
    ],
  );
});

test("what cannot be a metric or an event is refused before anybody is asked", async () => {
  asked = [];
  assert.equal((await get("/v1/environments/test/metrics/Not%20One/lineage")).status, 404);
  assert.equal((await get("/v1/environments/test/events/not%20one/lineage")).status, 400);
  assert.equal((await get("/v1/environments/absent/metrics/bought/lineage")).status, 404);
  assert.deepEqual(asked, []);
  assert.equal((await get("/v1/environments/test/metrics/none/lineage")).status, 404);
});

test("editors read the schema of metric files without a token", async () => {
  const { status, headers, text } = await gateway.send("GET", "/v1/schemas/metric.json", { token: "" });
  assert.equal(status, 200);
  assert.match(headers.get("content-type") ?? "", /json/);
  assert.match(text, /json-schema\.org\/draft\/2020-12/);
});
