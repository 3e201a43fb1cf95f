import { ExperimentKey } from "../../protocols/ids.ts";
import type { PipelinePosition } from "../../protocols/pipeline.ts";
import type { ExperimentResult } from "../../protocols/results.ts";
import type { WarehousePosition } from "../../protocols/analytics-messages.ts";
import { experimentAddressKey, kinds, partitionKey, streams, subjects } from "../../protocols/topology.ts";
import type { Call, Link, Room } from "../call.ts";
import { jsonAnswer, queryValue, type Answer } from "../http.ts";
import { answer, ask, scopeOf, versionTag } from "./ask.ts";
import { auditRecord } from "./audit-record.ts";
import { inPath } from "./publishing.ts";

const sources = ["streaming", "warehouse"] as const;

/** `GET /v1/experiments/{key}/results`. */
export async function getResults(room: Room, call: Call): Promise<Answer> {
  const environment = scopeOf(room, call);
  if (!environment.ok) return call.problem(environment.failure);
  const experiment = ExperimentKey.safeParse(call.params[0]);
  if (!experiment.success)
    return call.problem({ code: "experiment_not_found", experiment: (call.params[0] ?? "").slice(0, 100) });
  const wanted = queryValue(call.head.query, "source") ?? "streaming";
  const source = sources.find((each) => each === wanted);
  if (source === undefined) {
    const issues = [{ path: "source", message: `must be ${sources.join(" or ")}` }];
    return call.problem({ code: "invalid_request", issues });
  }
  const address = { kind: kinds.experiment, key: experimentAddressKey(environment.value, experiment.data) };
  const result = await ask<ExperimentResult>(room, call, address, { type: "result", source });
  const audit = await auditRecord(room, environment.value, experiment.data);
  return answer(call, result, (value) =>
    jsonAnswer(200, { ...value, ...(audit === undefined ? {} : { audit }) }, [
      versionTag(value.revision),
      ["cache-control", "no-cache"],
    ]),
  );
}

const positionMsMax = 3_000;

/** `GET /v1/environments/{key}/pipeline`: how far every stage is with what was accepted. */
export async function getPipeline(room: Room, call: Call): Promise<Answer> {
  const environment = inPath(room, call);
  if (!environment.ok) return call.problem(environment.failure);
  const record = room.directory.environment(environment.value);
  const link = room.link();
  if (record === undefined || link === undefined)
    return call.problem({ code: "unavailable", reason: "no connection to the log", retryAfterMs: 1_000 });
  try {
    const numbers = Array.from({ length: record.partitions }, (_, partition) => partition);
    const partitions = await Promise.all(
      numbers.map(async (partition) => {
        const stream = await link.connection.reader.lastSequence(
          streams.events.name,
          subjects.events(record.key, partition),
        );
        return { partition, stream, folded: await foldedOf(link, partitionKey(record.key, partition)) };
      }),
    );
    const warehouse = await warehouseOf(link);
    const newest = Math.max(0, ...partitions.map(({ stream }) => stream));
    const level = warehouse >= newest && partitions.every(({ stream, folded }) => folded >= stream);
    const position: PipelinePosition = { partitions, warehouse, level };
    return jsonAnswer(200, position, [["cache-control", "no-store"]]);
  } catch (error) {
    room.log.warn("pipeline_not_read", { environment: environment.value, error });
    return call.problem({ code: "unavailable", reason: "the log does not answer", retryAfterMs: 1_000 });
  }
}

/** A part that does not answer is at nothing: the pipeline is not level, and shows where. */
async function foldedOf({ client }: Link, key: string): Promise<number> {
  const address = { kind: kinds.partition, key };
  const options = { by: "gateway", timeoutMs: positionMsMax };
  const reply = await client.ask<{ position: number }, never>(address, { type: "position" }, options);
  return reply.ok ? reply.value.position : 0;
}

async function warehouseOf({ connection }: Link): Promise<number> {
  const options = { timeoutMs: positionMsMax };
  const reply = await connection.messaging.request<WarehousePosition>(
    subjects.warehousePosition,
    {},
    options,
  );
  return reply.ok ? reply.value.acknowledged : 0;
}
