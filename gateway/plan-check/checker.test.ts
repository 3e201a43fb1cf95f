import assert from "node:assert/strict";
import { after, test } from "node:test";
import { createKeys, parseKeys } from "../../evaluation/keys.ts";
import { signPlan } from "../../evaluation/sign.ts";
import { evaluate } from "../../evaluation/evaluate.ts";
import { program } from "../../evaluation/program.ts";
import { contextOf, experiment, flag, planOf, segment, unit } from "../../evaluation/testing.ts";
import type { Plan } from "../../protocols/plan.ts";
import { silentLog, systemClock } from "../../runtime/index.ts";
import { Plans } from "../plans.ts";
import { assembleSteps, piecesOf } from "./check.ts";
import { PlanChecker } from "./checker.ts";

const keys = parseKeys(JSON.stringify(createKeys()));
const checker = new PlanChecker(keys.hmacSecret, systemClock);
after(() => checker.close());

const rules = Array.from({ length: 3 }, (_, index) => ({
  id: `rule-${index}`,
  when: {
    all: [
      { attribute: "country", op: "in", value: ["NL", "DE", "FR"] },
      { attribute: "plan", op: "eq", value: "pro" },
    ],
  },
  serve: { variation: "on" },
}));

/** 1 000 flags and 100 experiments: 0.9 MB. */
const large = (version: number): Plan => ({
  ...planOf({
    flags: Array.from({ length: 1_000 }, (_, index) =>
      flag(`flag-${index}`, {
        rules,
        ...(index < 100 ? { fallthrough: { experiment: `exp-${index}`, otherwise: "off" } } : {}),
      }),
    ),
    experiments: Array.from({ length: 100 }, (_, index) => experiment(`exp-${index}`, `flag-${index}`)),
    segments: [segment("list", { included: Array.from({ length: 2_000 }, (_, index) => unit(index)) })],
  }),
  version,
});

test("a plan is the same after it went to the worker and came back in pieces", async () => {
  const signed = signPlan(large(1), keys);
  const text = JSON.stringify(signed);
  const checked = await checker.check(text);
  assert.ok(checked.ok);
  assert.deepEqual(checked.signed, JSON.parse(text));
  assert.equal(
    JSON.stringify(checked.signed.plan.flags),
    JSON.stringify(signed.plan.flags),
    "order included",
  );
});

test("a member named __proto__ survives the pieces", () => {
  const signed = JSON.parse(
    '{"plan":{"flags":{"a":{"variations":[{"value":{"__proto__":1}}]}},"segments":{},"experiments":{},"metrics":{}}}',
  ) as never;
  const steps = assembleSteps(piecesOf(signed));
  let step = steps.next();
  while (step.done !== true) step = steps.next();
  assert.equal(JSON.stringify(step.value), JSON.stringify(signed));
});

test("a large plan with another's signature is refused, and so is one that is no plan", async () => {
  const signed = signPlan(large(1), keys);
  const forged = { ...signed, plan: { ...signed.plan, version: 2 } };
  for (const [document, event] of [
    [forged, "plan_signature_refused"],
    [signPlan({ ...signed.plan, flags: [] as never }, keys), "plan_malformed"],
    [signPlan({ ...signed.plan, format: 3 as never }, keys), "plan_malformed"],
  ] as const) {
    const checked = await checker.check(JSON.stringify(document));
    assert.deepEqual([checked.ok, !checked.ok && checked.event], [false, event]);
  }
  assert.equal((await checker.check("{".repeat(50_000))).ok, false);
});

test("a rule of a newer version is left out, and the rest of its plan works", async () => {
  const plan = planOf({ flags: [flag("new", { rules }), flag("old", { fallthrough: { variation: "on" } })] });
  const text = JSON.stringify(plan).replaceAll('"op":"eq"', '"op":"resembles"');
  const checked = await checker.check(JSON.stringify(signPlan(JSON.parse(text) as Plan, keys)));
  assert.ok(checked.ok);
  const built = program(checked.signed.plan);
  const context = contextOf(1, { country: "NL", plan: "pro" });
  assert.equal(evaluate(built, "new", context).variation, "off");
  assert.equal(evaluate(built, "old", context).variation, "on");
});

test("1 000 flags and 100 experiments are taken up in slices", async (context) => {
  const plans = new Plans({ checker, lastGood: undefined, log: silentLog, clock: systemClock });
  const texts = [1, 2, 3].map((version) => JSON.stringify(signPlan(large(version), keys)));
  await plans.accept(texts[0] ?? "", { stale: false }); // warm
  let longest = 0;
  let stop = false;
  const watch = (async () => {
    let before = performance.now();
    while (!stop) {
      await systemClock.turn();
      const now = performance.now();
      longest = Math.max(longest, now - before);
      before = now;
    }
  })();
  const began = performance.now();
  for (const text of texts.slice(1)) assert.equal(await plans.accept(text, { stale: false }), "swapped");
  const took = (performance.now() - began) / 2;
  stop = true;
  await watch;
  assert.equal(plans.get("test")?.version, 3);
  context.diagnostic(
    `${took.toFixed(1)} ms a swap; the longest turn of the loop was ${longest.toFixed(1)} ms`,
  );
  assert.equal(await plans.accept(texts[1] ?? "", { stale: false }), "old");
});
