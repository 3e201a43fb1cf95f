import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { EventType, IngestReceipt } from "../../protocols/event.ts";
import type { Answer as Outcome } from "../../protocols/failures.ts";
import type { ExperimentKey, FlagKey } from "../../protocols/ids.ts";
import { seededRandom, silentLog, systemClock, type AppendOutcome } from "../../runtime/index.ts";
import { MemoryKeyValue } from "../../runtime/memory/key-value.ts";
import { experiment, flag, planOf } from "../../evaluation/testing.ts";
import { signPlan } from "../../evaluation/sign.ts";
import { createKeys, parseKeys } from "../../evaluation/keys.ts";
import type { Principal } from "../directory.ts";
import { livePlanSteps, type LivePlan } from "../live-plan.ts";
import { Consents } from "./consents.ts";
import { Identities } from "./identities.ts";
import { IngestCounts } from "./ingest-counts.ts";
import { Ingest } from "./ingest.ts";

const principal = { prefix: "test", scopes: new Set(), isBrowser: false } as unknown as Principal;

function livePlan(environment: string): LivePlan {
  const keys = parseKeys(JSON.stringify(createKeys()));
  const tested = experiment("exp" as ExperimentKey, "tested" as FlagKey);
  const guarded = { ...tested, metrics: { ...tested.metrics, guardrails: ["errors" as never] } };
  const plan = {
    ...planOf({
      flags: [flag("tested", { fallthrough: { experiment: "exp", otherwise: "off" } })],
      experiments: [tested],
    }),
    environment: environment as never,
    experiments: { exp: guarded },
    metrics: {
      errors: { key: "errors", definition: { type: "count", event: "error" } },
    },
  } as never;
  const steps = livePlanSteps(signPlan(plan, keys), { stale: false });
  for (;;) {
    const step = steps.next();
    if (step.done === true) return step.value;
  }
}

/** A log that answers when it is told to. */
async function bench(heldBytesMax: number) {
  const waiting: ((outcome: AppendOutcome) => void)[] = [];
  const counts = new IngestCounts();
  const [clock, random, log] = [systemClock, seededRandom(1), silentLog];
  const consents = new Consents({ environmentOf: () => undefined, clock, random, log });
  await consents.follow(new MemoryKeyValue());
  let ids = 0;
  const ingest = new Ingest({
    append: () => new Promise((resolve) => waiting.push(resolve)),
    clock,
    random,
    log,
    counts,
    consents,
    heldBytesMax,
    identities: new Identities(async () => new MemoryKeyValue()),
    exposureSecret: "secret",
    makeId: () => `made-${ids++}`,
  });
  const send = (
    plan: LivePlan,
    events: readonly object[],
    type?: EventType,
  ): Promise<Outcome<IngestReceipt>> => {
    const admitted = ingest.admit(plan.environment, JSON.stringify(events).length);
    if (!admitted.ok) return Promise.resolve(admitted);
    const raw = events.map((value) => ({ kind: "json", value }) as const);
    return ingest
      .take({ type, events: raw, plan, principal }, admitted.value)
      .finally(() => admitted.value.release());
  };
  return {
    ingest,
    counts,
    send,
    answer: (outcome = stored) => waiting.splice(0).forEach((say) => say(outcome)),
  };
}
const stored: AppendOutcome = { kind: "stored", sequence: 1 };
const codeOf = (outcome: Outcome<IngestReceipt>): string => (outcome.ok ? "ok" : outcome.failure.code);
const metric = (id: string, name: string): object => ({ type: "metric", id, userId: "u", name });
const pad = (id: string): object => ({ ...metric(id, "error"), metadata: { pad: "x".repeat(1_000) } });

test("what the log did not take is said until it takes the next", async () => {
  const { ingest, send, answer } = await bench(100_000);
  const plan = livePlan("test");
  const first = send(plan, [metric("a", "buy")]);
  await systemClock.sleep(20);
  answer({ kind: "full" });
  assert.equal(codeOf(await first), "stream_full");
  assert.equal(ingest.trouble, "stream_full");
  const again = send(plan, [metric("a", "buy")]);
  await systemClock.sleep(20);
  answer();
  const receipt = await again;
  assert.ok(receipt.ok && receipt.value.accepted === 1, "its id is as good as new");
  assert.equal(ingest.trouble, undefined);
});

describe("a log that does not answer", () => {
  test("requests are refused before memory grows, and taken again when it does", async () => {
    const { ingest, counts, send, answer } = await bench(100_000);
    const plan = livePlan("test");
    const sent = Array.from({ length: 200 }, (_, index) => send(plan, [pad(`p-${index}`)]));
    await new Promise(setImmediate);
    assert.ok(ingest.heldBytes <= 110_000, `${ingest.heldBytes}`);
    await systemClock.sleep(20);
    answer();
    const codes = (await Promise.all(sent)).map(codeOf);
    const taken = codes.filter((code) => code === "ok").length;
    assert.ok(taken > 50 && taken < 100, `${taken}`);
    assert.equal(codes.filter((code) => code === "overloaded").length, 200 - taken);
    assert.equal(counts.refused.get("overloaded"), 200 - taken);
    assert.equal(ingest.heldBytes, 0);
    const again = send(plan, [pad("later")]);
    await systemClock.sleep(20);
    answer();
    assert.equal(codeOf(await again), "ok");
  });

  test("an environment that fills the memory leaves room for another", async () => {
    const { send, answer } = await bench(100_000);
    const [greedy, modest] = [livePlan("greedy"), livePlan("modest")];
    const first = [send(modest, [pad("m-0")])];
    const sent = Array.from({ length: 100 }, (_, index) => send(greedy, [pad(`g-${index}`)]));
    const second = Array.from({ length: 30 }, (_, index) => send(modest, [pad(`m-${index + 1}`)]));
    await systemClock.sleep(20);
    answer();
    const codes = (await Promise.all(sent)).map(codeOf);
    assert.ok(codes.includes("over_share"));
    assert.ok(codes.filter((code) => code === "ok").length <= 50);
    for (const outcome of await Promise.all([...first, ...second])) assert.equal(codeOf(outcome), "ok");
  });

  test("above three quarters what guardrails read is kept, and the rest is to be sent again", async () => {
    const { counts, send, answer } = await bench(100_000);
    const plan = livePlan("test");
    const sent = Array.from({ length: 70 }, (_, index) => send(plan, [pad(`p-${index}`)]));
    const exposure = { type: "exposure", id: "x", userId: "u", experimentKey: "exp", variant: "control" };
    const { id: _id, ...nameless } = metric("", "error") as { id: string };
    const events = [exposure, metric("e", "error"), metric("b", "browse"), nameless];
    const mixed = send(plan, events);
    const guarded = send(plan, [metric("e-2", "error")]);
    await systemClock.sleep(20);
    answer();
    assert.deepEqual(await mixed, {
      ok: false,
      failure: { code: "shedding", kept: 2, retryAfterMs: 1_000 },
    });
    assert.equal(codeOf(await guarded), "ok");
    assert.equal(counts.shed, 2);
    await Promise.all(sent);
    const again = send(plan, events);
    await systemClock.sleep(20);
    answer();
    const receipt = await again;
    assert.ok(receipt.ok && receipt.value.duplicate === 2 && receipt.value.accepted === 2);
  });
});
