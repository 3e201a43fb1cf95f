import assert from "node:assert/strict";
import { after, before, beforeEach, test } from "node:test";
import { fail, succeed, type Reply } from "../../protocols/errors.ts";
import {
  openServingGateway,
  serveActors,
  tokens,
  type TestGateway,
  type TestLog,
} from "../testing/gateway.ts";

let log: TestLog;
let gateway: TestGateway;
let asked: unknown[] = [];
let answer: () => Reply<unknown, { code: string }>;

before(async () => {
  ({ log, gateway } = await openServingGateway());
  await serveActors(log.connection, ({ message }) => {
    asked.push(message);
    return answer();
  });
});
after(async () => {
  await gateway?.close();
  await log?.close();
});
beforeEach(() => {
  asked = [];
  answer = () => succeed({ items: [] });
});

const restore = (body: unknown, headers: Readonly<Record<string, string>> = {}, token?: string) =>
  gateway.post("/v1/history/restore?env=test", body, { headers, token });

test("an entity's history comes newest first, in pages", async () => {
  answer = () => succeed({ items: [{ version: 3 }, { version: 2 }], next: 2 });
  const first = await gateway.get("/v1/history?env=test&entity=flags/checkout&limit=2");
  assert.deepEqual(first.json["items"], [{ version: 3 }, { version: 2 }]);
  await gateway.get(
    `/v1/history?env=test&entity=flags%2Fcheckout&limit=2&cursor=${String(first.json["next"])}`,
  );
  assert.deepEqual(asked, [
    { type: "get_history", collection: "flags", key: "checkout", limit: 2 },
    { type: "get_history", collection: "flags", key: "checkout", limit: 2, before: 2 },
  ]);
});

test("without an entity it is the environment's, each version with what it changed", async () => {
  const version = { version: 1, at: 0, by: "x", etag: "e", changed: { flags: ["a"] } };
  answer = () => succeed({ items: [version] });
  assert.deepEqual((await gateway.get("/v1/history?env=test")).json["items"], [version]);
  assert.deepEqual(asked, [{ type: "list_versions", changes: true, limit: 100 }]);
});

test("what is no entity is refused, and what is not there is not found", async () => {
  for (const bad of ["checkout", "flags/", "/checkout", "tokens/a", "flags/NO", "flags/a/b"]) {
    const { status, json } = await gateway.get(`/v1/history?env=test&entity=${encodeURIComponent(bad)}`);
    assert.deepEqual([status, (json["issues"] as { path: string }[])[0]?.path], [400, "entity"], bad);
  }
  assert.deepEqual(asked, []);
  answer = () => fail({ code: "flag_not_found", flag: "none" });
  assert.equal((await gateway.get("/v1/history?env=test&entity=flags/none")).status, 404);
});

test("a metric's history needs the scope that its other routes need", async () => {
  const entity = "entity=metrics/bought";
  const { status, json } = await gateway.get(`/v1/history?${entity}`, { token: tokens.reader });
  assert.deepEqual([status, json["scope"]], [403, "the scope metrics:read"]);
  assert.equal((await gateway.get("/v1/history?entity=flags/a", { token: tokens.reader })).status, 200);
  assert.equal((await gateway.get(`/v1/history?env=test&${entity}`)).status, 200);
});

test("an earlier version is restored under the version that the author saw", async () => {
  answer = () => succeed({ entity: { key: "a" }, version: 7 });
  const { status, headers } = await restore({ entity: "flags/a", version: 3 }, { "if-match": '"6"' });
  assert.deepEqual([status, headers.get("etag")], [200, '"7"']);
  answer = () => succeed({ version: 9, etag: "e9", warnings: [], overrides: [] });
  const override = await restore({ entity: "overrides/qa", version: 1 });
  assert.equal(override.headers.get("etag"), '"e9"');
  assert.deepEqual(asked, [
    { type: "restore", collection: "flags", key: "a", version: 3, expectedVersion: 6 },
    { type: "restore", collection: "overrides", key: "qa", version: 1 },
  ]);
});

test("a restore is refused to who may not write, and when the version is none", async () => {
  assert.equal((await restore({ entity: "flags/a", version: 1 }, {}, tokens.reader)).status, 403);
  for (const body of [{}, { entity: "flags/a", version: 0 }, { entity: "flags", version: 1 }])
    assert.equal((await restore(body)).status, 400, JSON.stringify(body));
  answer = () =>
    fail({
      code: "version_unreadable",
      version: 1,
      problems: [{ path: "variations", message: "is missing" }],
    });
  const { status, json } = await restore({ entity: "flags/a", version: 1 });
  assert.deepEqual(
    [status, json["detail"]],
    [422, "Version 1 cannot be compiled any more. variations: is missing"],
  );
});
