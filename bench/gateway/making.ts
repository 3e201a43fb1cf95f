import type { Plan } from "../../protocols/plan.ts";
import { programSteps } from "../../evaluation/program.ts";
import { compiledOf } from "../evaluation/plan.ts";
import { below, median, type BenchOptions, type BenchRow } from "../report.ts";
import { largeContent } from "./plans.ts";

const makingMsMax = 50;
/** Until V8 has made its best of both. */
const warmUps = 5;

interface Made {
  readonly compileMs: number;
  readonly programMs: number;
  readonly stepMsMax: number;
}

/** What a plan of 1 000 flags and 100 experiments costs on one thread, before any gateway has it. */
export function measureMaking({ scale, progress }: BenchOptions): BenchRow[] {
  progress("gateway: compile and program");
  const content = largeContent();
  // Its texts are those of a plan that was read, not of one made here.
  const plan = JSON.parse(JSON.stringify(compiledOf(content))) as Plan;
  const rounds = Math.max(3, Math.round(31 * scale));
  const made: Made[] = [];
  for (let round = -warmUps; round < rounds; round++) {
    const compileMs = cpuMsOf(() => compiledOf(content, round + warmUps + 1));
    let stepMsMax = 0;
    const programMs = cpuMsOf(() => {
      stepMsMax = longestStepMs(plan);
    });
    if (round >= 0) made.push({ compileMs, programMs, stepMsMax });
  }
  const middle = (of: (one: Made) => number): number => median(made.map(of));
  const together = middle(({ compileMs, programMs }) => compileMs + programMs);
  const of = "1 000 flags, 100 experiments";
  return [
    { case: `compile, ${of}, CPU`, value: middle(({ compileMs }) => compileMs), unit: "ms" },
    { case: "program of it in steps, CPU", value: middle(({ programMs }) => programMs), unit: "ms" },
    { case: "longest step", value: middle(({ stepMsMax }) => stepMsMax), unit: "ms" },
    { case: "compile and program", value: together, unit: "ms", goal: below(together, makingMsMax) },
  ];
}

function longestStepMs(plan: Plan): number {
  const steps = programSteps(plan);
  let longest = 0;
  for (let isDone = false; !isDone;) {
    const start = performance.now();
    isDone = steps.next().done === true;
    longest = Math.max(longest, performance.now() - start);
  }
  return longest;
}

/** Processor time, as others share the machine; with that of V8's helpers. */
function cpuMsOf(act: () => void): number {
  const start = process.cpuUsage();
  act();
  const { user, system } = process.cpuUsage(start);
  return (user + system) / 1_000;
}
