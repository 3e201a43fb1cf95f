import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { EnvironmentRecord } from "../../protocols/directory.ts";
import type { EnvironmentKey, UnitId } from "../../protocols/ids.ts";
import { streams } from "../../protocols/topology.ts";
import { unitIdOf } from "../../evaluation/unit.ts";
import { seededRandom, silentLog, systemClock } from "../../runtime/index.ts";
import { MemoryKeyValue } from "../../runtime/memory/key-value.ts";
import { lastEvent, recordsAfter } from "../testing/events.ts";
import {
  directory,
  eventually,
  openServingGateway,
  openTestGateway,
  testPlan,
  tokens,
  type TestGateway,
  type TestLog,
  type TestResponse,
} from "../testing/gateway.ts";
import { Consents } from "./consents.ts";

const environment = "test" as EnvironmentKey;
const unit = (number: number): UnitId => unitIdOf("salt", "user", `u-${number}`);

async function bench(consent: EnvironmentRecord["consent"], unitsMax = 100): Promise<Consents> {
  const record = { consent } as EnvironmentRecord;
  const consents = new Consents({
    environmentOf: () => record,
    clock: systemClock,
    random: seededRandom(1),
    log: silentLog,
    unitsMax,
  });
  await consents.follow(new MemoryKeyValue());
  return consents;
}

describe("what units said", () => {
  test("silence is consent, unless the environment requires it in words", async () => {
    const assumed = await bench(undefined);
    const required = await bench("required");
    assert.equal(assumed.denies(environment, unit(1)), false);
    assert.equal(required.denies(environment, unit(1)), true);
    for (const consents of [assumed, required]) {
      await consents.say(environment, unit(1), { analytics: true, ts: 1 });
      assert.equal(consents.denies(environment, unit(1)), false);
      await consents.say(environment, unit(1), { analytics: false, ts: 2 });
      assert.equal(consents.denies(environment, unit(1)), true);
    }
  });

  test("the later word stands, whichever arrives first; of equal times the refusal", async () => {
    const consents = await bench(undefined);
    await consents.say(environment, unit(1), { analytics: false, ts: 10 });
    await consents.say(environment, unit(1), { analytics: true, ts: 9 });
    assert.equal(consents.denies(environment, unit(1)), true);
    await consents.say(environment, unit(1), { analytics: true, ts: 10 });
    assert.equal(consents.denies(environment, unit(1)), true);
    await consents.say(environment, unit(1), { analytics: true, ts: 11 });
    assert.equal(consents.denies(environment, unit(1)), false);
  });

  test("above the bound grants give way to denials, and denials that find no room are counted", async () => {
    const consents = await bench("required", 10);
    for (let number = 0; number < 10; number++)
      await consents.say(environment, unit(number), { analytics: number < 5, ts: 1 });
    await consents.say(environment, unit(20), { analytics: false, ts: 1 });
    assert.equal(consents.denies(environment, unit(0)), true, "its grant is forgotten");
    const assumed = await bench(undefined, 10);
    for (let number = 0; number < 12; number++)
      await assumed.say(environment, unit(number), { analytics: false, ts: 1 });
    assert.equal(assumed.denialsLeftOut, 2);
    assert.equal(assumed.denies(environment, unit(9)), true);
  });

  test("twenty thousand units are told apart", async () => {
    const consents = await bench(undefined, 1_000_000);
    for (let number = 0; number < 20_000; number++)
      await consents.say(environment, unit(number), { analytics: number % 3 !== 0, ts: 1 });
    for (let number = 0; number < 20_000; number++)
      assert.equal(consents.denies(environment, unit(number)), number % 3 === 0);
    assert.equal(consents.denies(environment, unit(20_001)), false);
  });
});

describe("at the door", () => {
  let log: TestLog;
  let gateway: TestGateway;
  let second: TestGateway;

  before(async () => {
    ({ log, gateway } = await openServingGateway());
    second = await openTestGateway(log);
    await second.linked;
  });
  after(async () => {
    await second?.close();
    await gateway?.close();
    await log?.close();
  });

  const consent = (userId: string, analytics: boolean): Promise<TestResponse> =>
    gateway.post("/v1/consent", { userId, analytics }, { token: tokens.server });
  const track = (userId: string, to: TestGateway): Promise<TestResponse> =>
    to.post("/v1/events/outcome", [{ userId, name: "buy" }], { token: tokens.server });
  const evaluate = (targetingKey: string): Promise<TestResponse> =>
    gateway.post("/evaluate", { envKey: "test", flagKey: "tested", context: { targetingKey } });

  test("events of a unit that opted out are dropped and counted, at every gateway, until it consents anew", async () => {
    await consent("ann", false);
    const from = await lastEvent(log);
    const { json } = await track("ann", gateway);
    assert.deepEqual(json, {
      status: "ok",
      accepted: 0,
      duplicate: 0,
      rejected: 0,
      errors: [],
      optedOut: 1,
      optedOutAt: [0],
    });
    await eventually(async () => (await track("ann", second)).json["optedOut"] === 1);
    assert.equal((await track("bea", second)).json["accepted"], 1);
    const kept = (await recordsAfter(log, from)).map(({ record }) => ("unit" in record ? record.unit : ""));
    const { unitSalt } = testPlan();
    assert.ok(!kept.slice(1).includes(unitIdOf(unitSalt, "user", "ann")));
    await consent("ann", true);
    assert.equal((await track("ann", gateway)).json["accepted"], 1);
  });

  test("a consent counts for the events behind it in the same request", async () => {
    const events = [
      { type: "consent", userId: "cleo", analytics: false },
      { type: "metric", userId: "cleo", name: "buy" },
      { type: "consent", userId: "cleo", analytics: true, ts: Date.now() + 1_000 },
      { type: "metric", userId: "cleo", name: "buy" },
    ];
    const { json } = await gateway.post("/v1/events", { events }, { token: tokens.server });
    assert.deepEqual([json["accepted"], json["optedOutAt"]], [3, [1]]);
  });

  test("answers about such a unit say so, and nothing of it is in the decision log", async () => {
    const { name } = streams.decisions;
    const decided = (): Promise<number> => log.connection.reader.lastSequence(name, "decisions.test");
    await consent("dora", false);
    const before = await decided();
    const answers = [
      await evaluate("dora"),
      await gateway.post("/v1/flags/evaluate?env=test", { flagKey: "tested", userId: "dora" }),
      await gateway.post("/v1/assignments?env=test", { experimentKey: "exp", userId: "dora" }),
      await gateway.post("/ofrep/v1/evaluate/flags/tested?env=test", { context: { targetingKey: "dora" } }),
      await gateway.post("/ofrep/v1/evaluate/flags?env=test", { context: { targetingKey: "dora" } }),
    ];
    for (const { status, headers } of answers) {
      assert.equal(status, 200);
      assert.equal(headers.get("x-weir-consent"), "denied");
    }
    for (const { json } of answers.slice(3))
      assert.equal((json["metadata"] as Record<string, unknown>)["consentDenied"], true);
    assert.equal(await decided(), before);
    const other = await evaluate("eve");
    assert.equal(other.headers.get("x-weir-consent"), null);
    assert.equal(await decided(), before + 1);
  });

  test("where consent is required nothing is taken before it was given, also by a gateway that starts later", async () => {
    await consent("fay", true);
    const document = directory(2);
    const environments = document.environments.map((record) => ({ ...record, consent: "required" as const }));
    await log.putDirectory({ ...document, environments });
    await eventually(async () => (await track("gil", gateway)).json["optedOut"] === 1);
    assert.equal((await track("fay", gateway)).json["accepted"], 1);
    const late = await openTestGateway(log);
    await late.linked;
    await eventually(async () => (await late.get("/configs/test")).status === 200);
    assert.equal((await track("fay", late)).json["accepted"], 1);
    assert.equal((await track("gil", late)).json["optedOut"], 1);
    await late.close();
    assert.equal((await evaluate("gil")).headers.get("x-weir-consent"), "denied");
  });
});
