import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { createParser, type EventSourceMessage } from "eventsource-parser";
import { flag, planOf } from "../../evaluation/testing.ts";
import type { Plan } from "../../protocols/plan.ts";
import { systemClock } from "../../runtime/index.ts";
import { directory, eventually, servedHere, testPlan, tokens, type TestGateway } from "../testing/gateway.ts";
import { hintOf } from "./hint.ts";
import { openStreamToken, sealStream } from "./stream-token.ts";

const { log, gateway } = await servedHere();

type Bulk = Awaited<ReturnType<TestGateway["post"]>>;
const bulk = (query = "", headers: Record<string, string> = {}): Promise<Bulk> =>
  gateway.post(
    `/ofrep/v1/evaluate/flags${query}`,
    { context: { targetingKey: "ada" } },
    { token: tokens.browser, headers },
  );
const streamPath = (answer: Bulk): string =>
  (answer.json["eventStreams"] as { endpoint: { requestUri: string } }[])[0]?.endpoint.requestUri ?? "";

async function listen(path: string, headers: Record<string, string> = {}) {
  const aborted = new AbortController();
  const response = await fetch(gateway.url + path, { headers, signal: aborted.signal });
  assert.equal(response.status, 200);
  const events: (EventSourceMessage & { readonly heardAt: number })[] = [];
  const parser = createParser({
    onEvent: (event) => events.push({ ...event, heardAt: systemClock.monotonicMs() }),
  });
  void (async () => {
    const decoder = new TextDecoder();
    for await (const chunk of response.body ?? [])
      parser.feed(decoder.decode(chunk as Uint8Array, { stream: true }));
  })().catch(() => undefined);
  return { response, events, close: () => aborted.abort() };
}

let version = 1;
const publish = (plan: Plan = testPlan()): Promise<void> => {
  version++;
  return log.putPlan({ ...plan, version, publishedAt: (version * 1_000) as never });
};

describe("event streams", () => {
  test("a bulk answer names a stream that opens without a header, the same one for a while", async () => {
    const answer = await bulk();
    assert.match(streamPath(answer), /^\/ofrep\/v1\/stream\?token=[\w-]+\.[\w-]+$/);
    assert.equal(
      streamPath(answer),
      streamPath(await bulk()),
      "clients that are told another one connect anew",
    );
    assert.doesNotMatch(answer.text, new RegExp(tokens.browser));
    const stream = await listen(streamPath(answer), { origin: "https://shop.example" });
    assert.match(stream.response.headers.get("content-type") ?? "", /^text\/event-stream/);
    assert.equal(stream.response.headers.get("access-control-allow-origin"), "*");
    stream.close();
  });

  test("a change tells every client once, spread over time, with what it needs to ask again", async () => {
    const path = streamPath(await bulk());
    const streams = await Promise.all(Array.from({ length: 40 }, () => listen(path)));
    // The plan is new, so whoever connects is told once: it may have asked before.
    await eventually(() => streams.every(({ events }) => events.length === 1));
    for (const { events } of streams) events.length = 0;
    await publish();
    await eventually(() => streams.every(({ events }) => events.length > 0));
    await systemClock.sleep(300);
    const [event] = streams[0]?.events ?? [];
    assert.deepEqual([event?.event, event?.id], ["message", String(version)]);
    const notice = JSON.parse(event?.data ?? "") as { type: string; etag: string; lastModified: number };
    assert.deepEqual([notice.type, notice.lastModified], ["refetchEvaluation", version]);
    assert.match(notice.etag, /^[0-9a-f]{64}$/);
    for (const { events } of streams) assert.equal(events.length, 1);
    const heard = streams.map(({ events }) => events[0]?.heardAt ?? 0);
    assert.ok(Math.max(...heard) - Math.min(...heard) > 40, "not all in one moment");
    assert.equal(
      (await bulk(`?flagConfigEtag=${notice.etag}&flagConfigLastModified=${notice.lastModified}`)).status,
      200,
    );
    for (const stream of streams) stream.close();
  });

  test("one that comes back with an older id is told, one with the newest is not", async () => {
    const path = streamPath(await bulk());
    const old = await listen(path, { "last-event-id": "1" });
    const current = await listen(path, { "last-event-id": String(version) });
    await eventually(() => old.events.length === 1);
    assert.equal(current.events.length, 0);
    old.close();
    current.close();
  });

  test("an address that is not ours, has expired, or whose token was revoked does not open", async () => {
    const path = streamPath(await bulk());
    for (const bad of [
      "/ofrep/v1/stream",
      "/ofrep/v1/stream?token=",
      "/ofrep/v1/stream?token=a.b",
      `${path}x`,
    ])
      assert.equal((await gateway.get(bad, { token: "" })).status, 401, bad);
    const claims = { environment: "test" as never, prefix: "weir_b", expiresAt: 100 };
    const sealed = sealStream(claims, "secret");
    assert.deepEqual(openStreamToken(sealed, "secret", 99), claims);
    assert.equal(openStreamToken(sealed, "secret", 100), undefined);
    assert.equal(openStreamToken(sealed, "other", 1), undefined);
    const document = directory(2);
    const left = document.tokens.filter(({ kind }) => kind !== "browser");
    await log.putDirectory({ ...document, tokens: left });
    await eventually(async () => (await gateway.get(path, { token: "" })).status === 401);
    await log.putDirectory(directory(3));
    await eventually(async () => (await bulk()).status === 200);
  });
});

describe("hints of a change", () => {
  test("a client that was told of a newer plan gets it, when it comes in time", async () => {
    const next = { ...testPlan(), flags: { ...planOf({ flags: [flag("fresh")] }).flags } } as Plan;
    const asked = bulk(`?flagConfigLastModified=${version + 1}`);
    await systemClock.sleep(50);
    await publish({ ...next, experiments: {} } as Plan);
    const { json } = await asked;
    assert.deepEqual(
      (json["flags"] as { key: string }[]).map(({ key }) => key),
      ["fresh"],
    );
  });

  test("what never comes is waited for no longer than a second, and what we have is not waited for", async () => {
    const began = systemClock.monotonicMs();
    assert.equal((await bulk("?flagConfigEtag=nobodys")).status, 200);
    assert.ok(systemClock.monotonicMs() - began >= 900);
    // Waiting takes 900 ms whatever the machine does, so one quick answer of several shows that there is none.
    let quickest = Number.POSITIVE_INFINITY;
    for (let asked = 0; asked < 8 && quickest >= 700; asked++) {
      const again = systemClock.monotonicMs();
      assert.equal((await bulk("?flagConfigLastModified=1&flagConfigEtag=older")).status, 200);
      quickest = Math.min(quickest, systemClock.monotonicMs() - again);
    }
    assert.ok(quickest < 700);
  });

  test("times are unix seconds or date-times, and anything else is refused", async () => {
    assert.deepEqual(hintOf("flagConfigLastModified=1771622898"), {
      ok: true,
      hint: { etag: undefined, lastModified: 1_771_622_898 },
    });
    assert.deepEqual(hintOf("flagConfigLastModified=1970-01-01T00:00:09Z&flagConfigEtag=a"), {
      ok: true,
      hint: { etag: "a", lastModified: 9 },
    });
    assert.deepEqual(hintOf("env=test"), { ok: true, hint: undefined });
    const refused = await bulk("?flagConfigLastModified=soon");
    assert.deepEqual([refused.status, refused.json["errorCode"]], [400, "GENERAL"]);
  });
});

test("a variation of null leaves the value to the code's default, and a list is a value", async () => {
  const plan = planOf({
    flags: [
      flag("deferred", { type: "json", variations: [{ key: "off", value: null }] }),
      flag("list", { type: "json", variations: [{ key: "off", value: ["a", 1] }] }),
    ],
  });
  await publish(plan);
  const one = (key: string): Promise<Bulk> =>
    gateway.post(
      `/ofrep/v1/evaluate/flags/${key}`,
      { context: { targetingKey: "ada" } },
      { token: tokens.browser },
    );
  await eventually(async () => (await one("list")).status === 200);
  assert.ok(!("value" in (await one("deferred")).json));
  assert.deepEqual((await one("list")).json["value"], ["a", 1]);
});

test("where nothing is published the refusal still has OFREP's members", async () => {
  const body = { context: { targetingKey: "ada" } };
  const one = await gateway.post("/ofrep/v1/evaluate/flags/a?env=empty", body);
  assert.deepEqual([one.status, one.json["key"], one.json["errorCode"]], [404, "a", "FLAG_NOT_FOUND"]);
  const all = await gateway.post("/ofrep/v1/evaluate/flags?env=empty", body);
  assert.deepEqual([all.status, all.json["errorCode"]], [404, "GENERAL"]);
});
