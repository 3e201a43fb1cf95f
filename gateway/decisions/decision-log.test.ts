import assert from "node:assert/strict";
import { test } from "node:test";
import type { DecisionRecord } from "../../protocols/decision-log.ts";
import type { Directory } from "../../protocols/directory.ts";
import { directory, eventually, servedHere, tokens, type TestGateway } from "../testing/gateway.ts";

const { log, gateway } = await servedHere();

const ask = (flagKey: string, unit: string, token: string = tokens.server): ReturnType<TestGateway["post"]> =>
  gateway.post(
    "/evaluate",
    { envKey: "test", flagKey, context: { targetingKey: unit, secret: "s3cret" } },
    { token },
  );

async function records(): Promise<DecisionRecord[]> {
  const { reader } = log.connection;
  const last = await reader.lastSequence("DECISIONS", "decisions.test");
  const found: DecisionRecord[] = [];
  if (last === 0) return found;
  const range = { stream: "DECISIONS", subject: "decisions.test", from: 1, to: last };
  for await (const { data } of reader.readRange(range))
    for (const line of new TextDecoder().decode(data).split("\n"))
      found.push(JSON.parse(line) as DecisionRecord);
  return found;
}

let version = 1;
async function setMode(decisionLog: "sync" | "async" | "disabled"): Promise<void> {
  const document = directory(++version);
  const environments = document.environments.map((record) => ({ ...record, decisionLog }));
  await log.putDirectory({ ...document, environments } as Directory);
  await eventually(async () =>
    (await gateway.get("/v1/environments")).text.includes(`"decisionLog":"${decisionLog}"`),
  );
}

test("an assignment is in the log when its answer is here, in every mode", async () => {
  for (const mode of ["async", "disabled", "sync"] as const) {
    await setMode(mode);
    const { json } = await ask("tested", `ada-${mode}`);
    assert.equal(json["code"], "experiment_assigned");
    const record = (await records()).find(({ id }) => id === json["decisionId"]);
    assert.ok(record !== undefined, mode);
    const { id: _id, at, unit, ...said } = record;
    assert.match(unit, /^[\w-]{22}$/);
    assert.ok(Math.abs(at - Date.now()) < 60_000);
    assert.deepEqual(said, {
      flag: "tested",
      variation: json["variation"],
      reason: "SPLIT",
      code: "experiment_assigned",
      experiment: "exp",
      phase: 1,
      variant: json["variant"],
      propensity: 0.5,
      version: 1,
    });
  }
});

test("a shadow is written at once, later or not at all, as the mode says", async () => {
  const isThere = async (decisionId: unknown): Promise<boolean> =>
    (await records()).some(({ id, shadow }) => id === decisionId && shadow === "on");
  await setMode("sync");
  assert.ok(await isThere((await ask("shadowed", "bob")).json["decisionId"]));
  await setMode("async");
  const later = (await ask("shadowed", "bob")).json["decisionId"];
  await eventually(() => isThere(later));
  await setMode("disabled");
  const never = (await ask("shadowed", "bob")).json["decisionId"];
  const after_ = (await ask("tested", "bob")).json["decisionId"];
  await eventually(async () => (await records()).some(({ id }) => id === after_));
  assert.ok(!(await isThere(never)));
});

test("what nobody studies is not written, and no line holds a key or an attribute", async () => {
  await setMode("sync");
  const before_ = (await records()).length;
  for (const flag of ["plain", "killed", "beta", "split"]) await ask(flag, "carl-the-unit");
  await ask("tested", "carl-the-unit");
  const all = await records();
  assert.equal(all.length, before_ + 1);
  assert.doesNotMatch(JSON.stringify(all), /carl|s3cret/);
});

test("assignments of the same moment share a message", async () => {
  const { reader } = log.connection;
  const from = await reader.lastSequence("DECISIONS", "decisions.test");
  const count = (await records()).length;
  await Promise.all(Array.from({ length: 60 }, (_, index) => ask("tested", `crowd-${index}`)));
  assert.equal((await records()).length, count + 60);
  const messages = (await reader.lastSequence("DECISIONS", "decisions.test")) - from;
  assert.ok(messages <= 40, `${messages} messages for 60 assignments`);
});

test("a bulk answer and an assignment are logged before they leave; a 304 says nothing new", async () => {
  const bulk = (headers: Record<string, string> = {}): ReturnType<TestGateway["post"]> =>
    gateway.post(
      "/ofrep/v1/evaluate/flags",
      { context: { targetingKey: "dora" } },
      { token: tokens.browser, headers },
    );
  const first = await bulk();
  const id = first.headers.get("x-weir-decision-id") ?? "";
  const ofBulk = (await records()).filter((record) => record.id.startsWith(`${id}.`));
  assert.deepEqual(ofBulk.map(({ flag }) => flag).sort(), ["shadowed", "tested"]);
  const count = (await records()).length;
  assert.equal((await bulk({ "if-none-match": first.headers.get("etag") ?? "" })).status, 304);
  assert.equal((await records()).length, count);
  await gateway.post("/v1/assignments", { experimentKey: "exp", userId: "dora" }, { token: tokens.server });
  assert.equal((await records()).length, count + 1);
});
