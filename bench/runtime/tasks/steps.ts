import { Entity } from "../../../runtime/entity/entity.ts";
import { memoryTools, ownershipOf } from "../../../runtime/testing/actor-tools.ts";
import { add, counter } from "../counter.ts";
import { asked } from "../actor-tools.ts";
import { pipelined, type Load } from "../load.ts";

/** Commands per second that write, over a journal in memory: handle, commit, acknowledge, reply. */
export async function stepInMemory(input: Load & { readonly actors: number }): Promise<number> {
  const tools = memoryTools();
  const entities = Array.from(
    { length: input.actors },
    (_, index) => new Entity(counter, { kind: "counter", key: `k${index}` }, tools, ownershipOf(1)),
  );
  for (const entity of entities) await asked(entity, add);
  let turn = 0;
  return pipelined(input, () => asked(entities[turn++ % entities.length] as Entity, add));
}
