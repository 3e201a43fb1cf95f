import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, test } from "node:test";
import { unitIdOf } from "../../evaluation/unit.ts";
import type { UnitId } from "../../protocols/ids.ts";
import { ConsentBook } from "./consent-book.ts";
import { createWeir, type WeirClient } from "./index.ts";
import { bodyOf, type PostedEvent, startTestService, testPlan, type TestService, until } from "./testing.ts";

const ann = { targetingKey: "ann" };
const unitId = unitIdOf("unit-salt", "user", "ann");

describe("a client and consent", () => {
  let service: TestService;
  let client: WeirClient;
  /** What came to each route, in order. */
  let posted: { readonly path: string; readonly events: readonly PostedEvent[] }[];
  let denied: ReadonlySet<unknown>;

  beforeEach(async () => {
    posted = [];
    denied = new Set();
    service = await startTestService(testPlan(1));
    service.intercept = (request, response) => {
      if (request.method !== "POST") return false;
      void bodyOf(request).then((text) => {
        const { events } = JSON.parse(text) as { events: PostedEvent[] };
        posted.push({ path: new URL(request.url ?? "", service.url).pathname, events });
        const optedOutAt = events.flatMap((event, place) => (denied.has(event["unitId"]) ? [place] : []));
        response.writeHead(202, { "content-type": "application/json" });
        response.end(JSON.stringify({ status: "ok", rejected: 0, errors: [], optedOutAt }));
      });
      return true;
    };
    client = createWeir({ url: service.url, token: "secret", environment: "test", flushIntervalMs: 10_000 });
    await client.ready();
  });
  afterEach(async () => {
    await client.close(200);
    await service.close();
  });
  const namesPosted = (): unknown[] =>
    posted.flatMap(({ events }) =>
      events.map((event) => event["name"] ?? event["analytics"] ?? event["type"]),
    );

  test("what a unit says is sent before its events, and obeyed at once", async () => {
    client.setConsent(ann, false);
    client.track(ann, "after-refusal");
    assert.equal(client.string("button", ann, "?") !== "?", true, "it is decided for as before");
    client.track({ targetingKey: "bea" }, "of-another");
    await client.flush();
    assert.deepEqual(namesPosted(), [false, "of-another"]);
    assert.deepEqual(posted[0]?.path, "/v1/consent");
    assert.equal(posted[0]?.events[0]?.["unitId"], unitId);
    client.setConsent(ann, true);
    client.track(ann, "after-grant");
    await client.flush();
    assert.deepEqual(namesPosted(), [false, "of-another", true, "after-grant"]);
  });

  test("details say that the unit is not tracked", () => {
    assert.equal(client.details("greeting", ann, "?").flagMetadata["consentDenied"], undefined);
    client.setConsent(ann, false);
    assert.equal(client.details("greeting", ann, "?").flagMetadata["consentDenied"], true);
  });

  test("a unit whose event the service dropped is not tracked any more", async () => {
    denied = new Set([unitId]);
    client.string("button", ann, "?");
    await client.flush();
    client.track(ann, "dropped");
    client.track({ unitId }, "dropped");
    await client.flush();
    assert.deepEqual(namesPosted(), ["exposure"]);
    await until(() => client.pendingEvents === 0, "nothing waits");
  });
});

describe("a consent book", () => {
  const book = (): ConsentBook =>
    new ConsentBook((unit) => ("unitId" in unit ? unit.unitId : (`id-${unit.rawKey}` as UnitId)), 10);
  const raw = (rawKey: string): { rawKey: string } => ({ rawKey });

  test("the service's word is forgotten after ten minutes, the application's is not", () => {
    const consents = book();
    consents.heard(raw("a"), 0);
    consents.said(raw("b"), false);
    consents.heard(raw("b"), 0);
    assert.equal(consents.denies(raw("a"), 599_999), true);
    assert.equal(consents.denies(raw("a"), 600_000), false);
    assert.equal(consents.denies(raw("b"), 1e12), true);
  });

  test("a unit is one under its key and its pseudonym, and the book is bounded", () => {
    const consents = book();
    consents.said(raw("a"), false);
    assert.equal(consents.denies({ unitId: "id-a" as UnitId }, 0), true);
    for (let number = 0; number < 20; number++) consents.said(raw(`other-${number}`), false);
    assert.equal(consents.denies(raw("a"), 0), false);
  });
});
