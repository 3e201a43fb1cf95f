import { fail, succeed } from "../../protocols/errors.ts";
import type { Reply } from "../../protocols/errors.ts";
import { keepsGrowing } from "../../protocols/metric-shape.ts";
import type { Metric } from "../../protocols/metric.ts";
import type { PowerRequest } from "../../protocols/power.ts";
import type { MetricPlan, PowerAnswer, Simulation } from "../../protocols/power-answer.ts";
import type { Warehouse } from "../clickhouse.ts";
import { baselineOf, ownUnits } from "../history/baseline.ts";
import { type HistoryFailure, openHistory, type OpenedHistory } from "../history/open.ts";
import type { Known, KnownMetric } from "./known.ts";
import { type Planned, questionsOf } from "./plan.ts";
import { prepare } from "./simulation/prepare.ts";
import { addOutcomes, noOutcome, type SimulationCounts, type SimulationTask } from "./simulation/run.ts";
import type { OwnUnits } from "./simulation/sample.ts";
import { simulated } from "./simulation/summary.ts";

type Failed = { readonly code: string };

/** What an answer is made with. `plan` and `simulate` run on threads of the pool. */
export interface PlanningTools {
  /** Undefined while the warehouse is away: only a request with `history` needs it. */
  readonly warehouse: Warehouse | undefined;
  readonly now: number;
  readonly plan: (task: { request: PowerRequest; known: Known }) => Promise<Reply<PowerAnswer, Failed>>;
  readonly simulate: (task: SimulationTask) => Promise<Reply<SimulationCounts, Failed>>;
  /** Tasks at the same time. */
  readonly lanes: number;
  readonly signal: AbortSignal;
  readonly progress: (share: number, what: string) => void;
}

/** Experiments a task: small enough to be given up, and to show how far it is. */
const tasksPerSimulation = 20;

/** `POST /v1/power`. */
export async function planningAnswer(
  environment: string,
  metrics: readonly Metric[],
  request: PowerRequest,
  tools: PlanningTools,
): Promise<Reply<PowerAnswer, HistoryFailure | Failed>> {
  const asked = metrics.filter(({ key }) => request.metrics.some(({ metric }) => metric === key));
  const past = await pastOf(environment, asked, request, tools);
  if (!past.ok) return past;
  const known = await knownOf(asked, request, past.value, tools);
  if (!known.ok) return known;
  const answer = await tools.plan({ request, known: known.value });
  if (!answer.ok || request.simulate === undefined) return answer;
  const questions = questionsOf(request, known.value);
  const plans: MetricPlan[] = [];
  for (const [index, plan] of answer.value.metrics.entries()) {
    const told = (share: number): void =>
      tools.progress((index + share) / answer.value.metrics.length, `simulating ${plan.metric}`);
    const question = questions[index];
    const metric = asked.find(({ key }) => key === plan.metric);
    const own = await ownOf(metric, plan, request, past.value, tools);
    if (!own.ok) return own;
    const simulation =
      question === undefined
        ? undefined
        : await runSimulation(question, plan, request, own.value, tools, told);
    if (simulation?.ok === false) return simulation;
    plans.push(simulation === undefined ? plan : { ...plan, simulation: simulation.value });
  }
  return succeed({ ...answer.value, metrics: plans });
}

async function pastOf(
  environment: string,
  metrics: readonly Metric[],
  { history }: PowerRequest,
  { warehouse, now }: PlanningTools,
): Promise<Reply<OpenedHistory | undefined, HistoryFailure>> {
  if (history === undefined) return succeed(undefined);
  if (warehouse === undefined)
    return fail({ code: "warehouse_unavailable", reason: "the warehouse is starting", retryAfterMs: 1_000 });
  return openHistory(warehouse, environment, { history, metrics, now });
}

async function knownOf(
  metrics: readonly Metric[],
  { metrics: planned }: PowerRequest,
  past: OpenedHistory | undefined,
  { warehouse, progress }: PlanningTools,
): Promise<Reply<Known, HistoryFailure>> {
  const found: Record<string, KnownMetric> = {};
  for (const metric of metrics) {
    const isNeeded = planned.some((each) => each.metric === metric.key && each.baseline === undefined);
    if (past === undefined || warehouse === undefined || !isNeeded) continue;
    progress(0, `reading ${metric.key}`);
    const baseline = await baselineOf(warehouse, metric, past.from);
    if (!baseline.ok) return baseline;
    found[metric.key] =
      baseline.value.kind === "known" ? { ...baseline.value, grows: keepsGrowing(metric) } : baseline.value;
  }
  return succeed({ metrics: found, ...(past === undefined ? {} : { history: past.found }) });
}

/** The environment's own units, where they are drawn from. */
async function ownOf(
  metric: Metric | undefined,
  plan: MetricPlan,
  { simulate }: PowerRequest,
  past: OpenedHistory | undefined,
  { warehouse, signal }: PlanningTools,
): Promise<Reply<OwnUnits | undefined, HistoryFailure>> {
  const isWanted = simulate?.shape === undefined || simulate.shape === "history";
  if (!isWanted || metric === undefined || past === undefined || warehouse === undefined)
    return succeed(undefined);
  if (plan.from !== "history" || plan.plan?.kind !== "planned") return succeed(undefined);
  return ownUnits(warehouse, metric, past.from, signal);
}

async function runSimulation(
  question: Planned,
  plan: MetricPlan,
  request: PowerRequest,
  own: OwnUnits | undefined,
  { simulate, lanes, signal }: PlanningTools,
  told: (share: number) => void,
): Promise<Reply<Simulation, Failed>> {
  const prepared = prepare(question, plan, request, own);
  if (prepared.kind !== "ready") return succeed(prepared);
  const { task } = prepared;
  const size = Math.max(1, Math.ceil(task.to / tasksPerSimulation));
  let sum: SimulationCounts = { none: noOutcome, planned: noOutcome };
  let [next, done] = [0, 0];
  let failed: Failed | undefined;
  const lane = async (): Promise<void> => {
    while (next < task.to && failed === undefined) {
      if (signal.aborted) {
        failed = { code: "cancelled" };
        return;
      }
      const from = next;
      const to = Math.min(task.to, from + size);
      next = to;
      const counts = await simulate({ ...task, from, to });
      if (counts.ok)
        sum = {
          none: addOutcomes(sum.none, counts.value.none),
          planned: addOutcomes(sum.planned, counts.value.planned),
        };
      else failed = counts.failure;
      done += to - from;
      told(done / task.to);
    }
  };
  await Promise.all(Array.from({ length: lanes }, lane));
  if (failed !== undefined) return fail(failed);
  return succeed(simulated(sum, task, question.question ?? { power: request.power }));
}
