import process from "node:process";
import { Entity } from "../../../runtime/entity/entity.ts";
import { memoryTools, ownershipOf } from "../../../runtime/testing/actor-tools.ts";
import { asked } from "../actor-tools.ts";
import { add, counter, get } from "../counter.ts";

/** Bytes per actor after so many commands each: with the actors less without them, so that their journal does not count. */
export async function weigh(input: { readonly actors: number; readonly commands: number }): Promise<number> {
  const tools = memoryTools();
  const ownership = ownershipOf(1);
  const live = new Map<string, Entity>();
  for (let index = 0; index < input.actors; index++) {
    const key = `k${index}`;
    const entity = new Entity(counter, { kind: "counter", key }, tools, ownership);
    live.set(`counter/${key}`, entity);
    await asked(entity, get);
    for (let command = 0; command < input.commands; command++) await asked(entity, add);
  }
  const withActors = await heldBytes();
  const weighed = live.size;
  live.clear();
  const withoutActors = await heldBytes();
  await tools.journal.tail(""); // still in use until here, so that it is in both weights
  return (withActors - withoutActors) / weighed;
}

async function heldBytes(): Promise<number> {
  for (let round = 0; round < 3; round++) {
    globalThis.gc?.(); // the worker runs with --expose-gc
    await new Promise((resolve) => setImmediate(resolve));
  }
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}
