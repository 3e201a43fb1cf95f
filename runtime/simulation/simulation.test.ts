import assert from "node:assert/strict";
import { test } from "node:test";
import { parseOptions } from "./options.ts";
import { runSchedule, stepsDefault } from "./schedule.ts";
import { Totals } from "./totals.ts";
import { faultKinds } from "./world/weather.ts";

const firstSeed = 1;
const seedCount = 200;
const quiet = { steps: stepsDefault, tracing: false };

test("no invariant breaks in 200 schedules, in which every kind of fault happens", async () => {
  const totals = new Totals();
  const violations: string[] = [];
  for (let seed = firstSeed; seed < firstSeed + seedCount; seed++) {
    const outcome = await runSchedule(seed, quiet);
    totals.add(outcome);
    violations.push(...outcome.violations.map((violation) => `seed ${seed}: ${violation}`));
  }
  assert.deepEqual(violations, []);
  assert.deepEqual(
    faultKinds.filter((kind) => totals.faults[kind] === 0),
    [],
  );
});

test("a seed gives the same events every time, and another seed gives others", async () => {
  const options = { steps: stepsDefault, tracing: true };
  for (const seed of [3, 77, 4_000_000_000]) {
    const [one, again] = [await runSchedule(seed, options), await runSchedule(seed, options)];
    assert.ok(one.lines.length > 100);
    assert.equal(one.lines.join("\n"), again.lines.join("\n"));
    assert.notEqual(one.lines.join("\n"), (await runSchedule(seed - 1, options)).lines.join("\n"));
  }
});

test("looking does not change what happens", async () => {
  const seen = await runSchedule(11, { steps: stepsDefault, tracing: true });
  const unseen = await runSchedule(11, quiet);
  assert.deepEqual({ ...seen, lines: [] }, unseen);
});

test("more steps are more commands", async () => {
  const [few, many] = [
    await runSchedule(5, { ...quiet, steps: 6 }),
    await runSchedule(5, { ...quiet, steps: 120 }),
  ];
  assert.ok(many.commands > 4 * few.commands, `${few.commands} and ${many.commands}`);
  assert.deepEqual([...few.violations, ...many.violations], []);
});

test("numbers that are none, and options that do not go together, are refused by name", () => {
  const problemOf = (...args: string[]): string | undefined => {
    const parsed = parseOptions(args);
    return parsed.kind === "wrong" ? parsed.problem : undefined;
  };
  assert.equal(problemOf("--seed", "x"), "--seed is a whole number from 0 to 4294967295, not x");
  assert.match(problemOf("--count", "0", "--steps", "1.5") ?? "", /--count .* not 0\n--steps .* not 1\.5/);
  assert.match(problemOf("--jobs", "1000") ?? "", /--jobs/);
  assert.match(problemOf("--verbose", "--count", "2") ?? "", /--count 1/);
  assert.match(problemOf("--sede", "1") ?? "", /--sede/);
  assert.deepEqual(parseOptions(["--help"]), { kind: "help" });
  const parsed = parseOptions(["--seed", "7", "--verbose"]);
  assert.equal(parsed.kind === "run" && parsed.options.seed === 7 && parsed.options.count === 1, true);
});

test("the line at the end counts everything and names the first seed that failed", async () => {
  const totals = new Totals();
  const outcome = await runSchedule(2, quiet);
  totals.add(outcome);
  totals.add({ ...outcome, seed: 9, violations: ["one", "two"] });
  totals.add({ ...outcome, seed: 8, violations: ["three"] });
  const text = totals.text(1_500);
  assert.match(text, /^3 schedules; .*; 3 violations in 2 seeds, the first is --seed 8; 2\.0 schedules\/s$/);
  assert.ok(!text.includes("\n"));
});
