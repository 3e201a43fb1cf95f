import type { WarehousePosition } from "../../protocols/analytics-messages.ts";
import { fail, succeed } from "../../protocols/errors.ts";
import type { Answer as Outcome } from "../../protocols/failures.ts";
import type { EnvironmentKey } from "../../protocols/ids.ts";
import type { PipelinePosition } from "../../protocols/pipeline.ts";
import { kinds, partitionKey, streams, subjects } from "../../protocols/topology.ts";
import type { Call, Link, Room } from "../call.ts";
import { jsonAnswer, type Answer } from "../http.ts";
import { answer } from "./ask.ts";
import { inPath } from "./publishing.ts";

const positionMsMax = 3_000;

/** `GET /v1/environments/{key}/pipeline`: how far every stage is with what was accepted. */
export async function getPipeline(room: Room, call: Call): Promise<Answer> {
  const environment = inPath(room, call);
  if (!environment.ok) return call.problem(environment.failure);
  const position = await pipelineOf(room, environment.value);
  return answer(call, position, (value) => jsonAnswer(200, value, [["cache-control", "no-store"]]));
}

export async function pipelineOf(
  room: Room,
  environment: EnvironmentKey,
): Promise<Outcome<PipelinePosition>> {
  const record = room.directory.environment(environment);
  const link = room.link();
  if (record === undefined || link === undefined)
    return fail({ code: "unavailable", reason: "no connection to the log", retryAfterMs: 1_000 });
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
    return succeed({ partitions, warehouse, level });
  } catch (error) {
    room.log.warn("pipeline_not_read", { environment, error });
    return fail({ code: "unavailable", reason: "the log does not answer", retryAfterMs: 1_000 });
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
