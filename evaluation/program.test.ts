import assert from "node:assert/strict";
import { test } from "node:test";
import { Plan } from "../protocols/plan.ts";
import { compile } from "./compile.ts";
import { program, programSteps } from "./program.ts";
import { EpochMs } from "../protocols/time.ts";
import { content, experiment, flag } from "./testing.ts";

const cpuMs = (): number => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1_000;
};

/** A thousand flags of three rules and a hundred experiments. */
const large = content({
  flags: Array.from({ length: 1_000 }, (_, number) =>
    flag(`f${number}`, {
      rules: ["near", "new", "far"].map((id, place) => ({
        id,
        when: {
          all: [
            { attribute: "country", op: "in", value: [`C${number % 20}`, `C${(number + place) % 20}`] },
            { attribute: "appVersion", op: "semver_gte", value: `9.${number % 20}.${place}` },
          ],
        },
        serve: { variation: "on" },
      })),
      fallthrough: number < 100 ? { experiment: `f${number}`, otherwise: "off" } : { variation: "off" },
    }),
  ),
  experiments: Array.from({ length: 100 }, (_, number) => experiment(`f${number}`, `f${number}`)),
});

/** Goals are 50 ms and 5 ms; the margins are for a machine that does other things. */
const margin = 3;

test("a thousand flags and a hundred experiments are compiled and made a program in 50 ms", () => {
  let best = Infinity;
  for (let round = 0; round < 8; round++) {
    const start = cpuMs();
    const outcome = compile(large, 1, EpochMs.parse(0));
    assert.ok(outcome.ok);
    program(outcome.plan);
    best = Math.min(best, cpuMs() - start);
  }
  assert.ok(best < 50 * margin, `${best} ms`);
});

test("no step of making a program is longer than 5 ms, also with a flag of 10 000 rules", () => {
  const rules = Array.from({ length: 10_000 }, (_, index) => ({
    id: `r${index}`,
    when: { attribute: "x", op: "eq", value: `v${index}` },
    serve: { variation: "on" },
  }));
  const outcome = compile(
    { ...large, flags: [...large.flags, flag("many", { rules })] },
    1,
    EpochMs.parse(0),
  );
  assert.ok(outcome.ok);
  const { plan } = outcome;
  let best = Infinity;
  for (let round = 0; round < 4; round++) {
    let worst = 0;
    const steps = programSteps(plan);
    for (let done = false; !done;) {
      const start = cpuMs();
      done = steps.next().done === true;
      worst = Math.max(worst, cpuMs() - start);
    }
    best = Math.min(best, worst);
  }
  assert.ok(best < 5 * margin, `${best} ms`);
});

test("steps give the program that building at once gives", () => {
  const plan = Plan.parse(JSON.parse(JSON.stringify(planOf())));
  const steps = programSteps(plan);
  let step = steps.next();
  while (step.done !== true) step = steps.next();
  assert.deepEqual([...step.value.flags.keys()], [...program(plan).flags.keys()]);
});

function planOf(): Plan {
  const outcome = compile(large, 1, EpochMs.parse(0));
  assert.ok(outcome.ok);
  return outcome.plan;
}
