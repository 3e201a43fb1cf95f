import { fail, succeed } from "../../protocols/errors.ts";
import type { Answer as Outcome } from "../../protocols/failures.ts";
import { ExperimentKey } from "../../protocols/ids.ts";
import type { Json } from "../../protocols/json.ts";
import {
  RebuildInput,
  type RebuildFrom,
  type RebuildProgress,
  type RebuildReport,
  type SumDifference,
} from "../../protocols/rebuild.ts";
import { kinds, partitionKey, subjects } from "../../protocols/topology.ts";
import type { Call, Link, Room } from "../call.ts";
import { planFor } from "../evaluate/decide.ts";
import { namedEnvironment } from "../auth.ts";
import { jsonAnswer, queryValue, type Answer } from "../http.ts";
import { parseBody } from "../json-body.ts";
import type { LivePlan } from "../live-plan.ts";
import { differencesIn, member } from "./sum-differences.ts";

// An experiment counted anew from the log, or from ClickHouse. Its partitions hold the environment's other experiments as well, so they are
// counted anew with it; the answer compares the sums of the one that was named.

const differencesShown = 100;

/** `POST /v1/experiments/{key}/rebuild`. */
export async function rebuildExperiment(room: Room, call: Call, body: string): Promise<Answer> {
  const input = parseBody(RebuildInput, body);
  if (!input.ok) return call.problem(input.failure);
  const plan = planFor(room, call, namedEnvironment(call.head));
  if (!plan.ok) return call.problem(plan.failure);
  const link = room.link();
  if (link === undefined)
    return call.problem({ code: "unavailable", reason: "no connection to the log", retryAfterMs: 1_000 });
  const experiment = ExperimentKey.safeParse(call.params[0]);
  if (!experiment.success || !plan.value.experiments.has(experiment.data))
    return call.problem({ code: "experiment_not_found", experiment: (call.params[0] ?? "").slice(0, 100) });
  const { partition, dryRun = false, from } = input.value;
  const { partitions: count } = plan.value.plan;
  if (partition !== undefined && partition >= count)
    return call.problem({
      code: "invalid_request",
      issues: [{ path: "partition", message: `the environment has ${count}, from 0` }],
    });
  const numbers = partition === undefined ? Array.from({ length: count }, (_, index) => index) : [partition];
  const parts: Part[] = [];
  for (const number of numbers) {
    const part = await rebuildPartition(link, plan.value, {
      experiment: experiment.data,
      number,
      dryRun,
      from,
    });
    if (!part.ok) return call.problem(part.failure);
    parts.push(part.value);
  }
  const differences = parts.flatMap((part) => part.differences);
  return jsonAnswer(200, {
    experiment: experiment.data,
    environment: plan.value.environment,
    partitions: parts.map((part) => part.said),
    differences: differences.slice(0, differencesShown),
    different: differences.length,
  } satisfies RebuildReport);
}

interface Part {
  readonly said: RebuildReport["partitions"][number];
  readonly differences: readonly SumDifference[];
}

async function rebuildPartition(
  { operations, client, connection }: Link,
  { environment }: LivePlan,
  {
    experiment,
    number,
    dryRun,
    from,
  }: {
    readonly experiment: ExperimentKey;
    readonly number: number;
    readonly dryRun: boolean;
    readonly from: RebuildFrom | undefined;
  },
): Promise<Outcome<Part>> {
  const address = { kind: kinds.partition, key: partitionKey(environment, number) };
  const awake = await client.ask(address, { type: "position" }, { by: "rebuild", timeoutMs: 5_000 });
  if (!awake.ok) return awake as Outcome<Part>;
  const question = { type: "sums", experiment, detail: true };
  const rebuilt = await operations.rebuild(address, {
    question,
    dryRun,
    ...(from === undefined ? {} : { from: from === "stream" ? from : "past" }),
  });
  if (!rebuilt.ok) {
    const { failure } = rebuilt;
    return failure.code === "invalid_message"
      ? fail({ code: "frozen", what: "past", reason: failure.issues[0]?.message ?? "it cannot be read" })
      : fail(failure);
  }
  const { before, after, swapped, source, records, pastUpTo, ...figures } = rebuilt.value;
  // A batch of nothing: the fold moves, so that it tells its new sums and takes a snapshot of them.
  if (swapped)
    await connection.writer.append(subjects.events(environment, number), new Uint8Array(0), {
      messageId: `rebuilt-${address.key}-${figures.position}`,
    });
  const differences = [...differencesIn(summaryOf(before), summaryOf(after))].map((each) => ({
    partition: number,
    ...each,
  }));
  const read =
    source === "stream"
      ? ({ from: "stream" } as const)
      : ({ from: "warehouse", rows: records, rowsUpTo: pastUpTo } as const);
  return succeed({ said: { partition: number, swapped, ...read, ...figures }, differences });
}

/** `GET /v1/experiments/{key}/rebuild`. */
export const getRebuilding = (room: Room, call: Call): Promise<Answer> => progress(room, call, false);
/** `DELETE /v1/experiments/{key}/rebuild`. */
export const cancelRebuild = (room: Room, call: Call): Promise<Answer> => progress(room, call, true);

async function progress(room: Room, call: Call, cancel: boolean): Promise<Answer> {
  const plan = planFor(room, call, namedEnvironment(call.head));
  if (!plan.ok) return call.problem(plan.failure);
  const link = room.link();
  if (link === undefined)
    return call.problem({ code: "unavailable", reason: "no connection to the log", retryAfterMs: 1_000 });
  const partition = Number(queryValue(call.head.query, "partition") ?? "0");
  const { partitions } = plan.value.plan;
  if (!Number.isInteger(partition) || partition < 0 || partition >= partitions)
    return call.problem({
      code: "invalid_request",
      issues: [{ path: "partition", message: `the environment has ${partitions}, from 0` }],
    });
  const address = { kind: kinds.partition, key: partitionKey(plan.value.environment, partition) };
  const found = await link.operations.rebuilding(address, cancel);
  if (!found.ok) return call.problem(found.failure);
  const { records, ...figures } = found.value;
  return jsonAnswer(200, { partition, rows: records, ...figures } satisfies RebuildProgress);
}

/** What a fold answered, without the position and the definition, which are the same. */
function summaryOf(reply: Json): Json {
  const value = member(reply, "value");
  return member(value, "summary") ?? null;
}
