import assert from "node:assert/strict";
import { test } from "node:test";
import type { DecisionRecord } from "../../protocols/decision-log.ts";
import { experiment, flag } from "../../evaluation/testing.ts";
import { eventually, servedHere, testPlan, tokens } from "../testing/gateway.ts";

const { log, gateway } = await servedHere();

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

test("on flags of a holdout's experiments it is written who was held out and who was not; on others nothing", async () => {
  const plan = testPlan(2);
  const half = { share: 5_000, tags: ["growth"] };
  await log.putPlan({
    ...plan,
    flags: {
      ...plan.flags,
      free: flag("free", { fallthrough: { experiment: "free-exp", otherwise: "off" } }),
    },
    experiments: {
      exp: { ...experiment("exp", "tested"), tags: ["growth"], allocation: 5_000 },
      "free-exp": { ...experiment("free-exp", "free"), allocation: 0 },
    },
    holdouts: { half: { key: "half", ...half } },
  } as never);
  const ask = async (flagKey: string, unit: string): Promise<string> => {
    const body = { envKey: "test", flagKey, context: { targetingKey: unit } };
    const { json } = await gateway.post("/evaluate", body, { token: tokens.server });
    return String(json["code"]);
  };
  await eventually(async () => (await ask("free", "somebody")) === "outside_traffic_allocation");
  const codes: string[] = [];
  for (let unit = 0; unit < 40; unit++) codes.push(await ask("tested", `unit-${unit}`));
  await ask("free", "somebody");
  const counted = (all: readonly string[]) =>
    Object.fromEntries(
      ["holdout", "outside_traffic_allocation", "experiment_assigned"].map((code) => [
        code,
        all.filter((each) => each === code).length,
      ]),
    );
  const expected = counted(codes);
  assert.ok(Object.values(expected).every((count) => count > 0));
  await eventually(async () => (await records()).length === 40);
  const written = await records();
  assert.deepEqual(counted(written.map(({ code }) => code)), expected);
  assert.ok(written.every((record) => record.flag === "tested"));
  assert.ok(
    written.filter(({ code }) => code === "holdout").every((record) => record.experiment === undefined),
  );
});
