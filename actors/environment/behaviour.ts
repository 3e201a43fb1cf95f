import type { Behaviour, StreamWriter } from "../../runtime/index.ts";
import { signPlan, type SigningKeys } from "../../evaluation/sign.ts";
import { EnvironmentMessage } from "../../protocols/environment-messages.ts";
import type { Failure } from "../../protocols/failures.ts";
import { EnvironmentKey } from "../../protocols/ids.ts";
import { encodeBatch, type DefinitionRecord } from "../../protocols/log-record.ts";
import { kinds, subjects } from "../../protocols/topology.ts";
import type { PublishPlan } from "../plan-publisher.ts";
import { distributionOf, type Distribution } from "./definitions.ts";
import { handleEnvironment, type DistributeEffect } from "./environment.ts";
import { eventVersion, upcastEnvironmentEvent } from "./old-events.ts";
import { etagOfPlan } from "./plan-etag.ts";
import { applyEnvironment, emptyEnvironment, type EnvironmentEvent, type EnvironmentState } from "./state.ts";

export interface EnvironmentPorts {
  readonly writer: StreamWriter;
  readonly publishPlan: PublishPlan;
  readonly keys: SigningKeys;
}

/** An environment as an actor: drafts and publications in its journal, plans and definitions as effects. */
export const environmentBehaviour = (
  ports: EnvironmentPorts,
): Behaviour<EnvironmentState, EnvironmentMessage, EnvironmentEvent, DistributeEffect, Failure> => ({
  kind: kinds.environment,
  version: 2, // 1: without layers, holdouts, overrides and lists.
  eventVersion,
  init: emptyEnvironment,
  parse: (message) => EnvironmentMessage.parse(message),
  accepts: (key) => EnvironmentKey.safeParse(key).success,
  handle: handleEnvironment,
  apply: applyEnvironment,
  upcast: upcastEnvironmentEvent,
  perform: (effect, { state }) => perform(ports, effect, state),
});

/** A version that cannot be compiled any more is shown by nobody; a newer one that mends it must not wait behind it. */
async function perform(
  ports: EnvironmentPorts,
  effect: DistributeEffect,
  state: EnvironmentState,
): Promise<void> {
  const distribution = distributionOf(state, effect);
  if (distribution.ok) return distribute(ports, distribution.value);
  if (effect.version < state.publications.length) return;
  throw new Error(`version ${effect.version} is not shown: ${JSON.stringify(distribution.failure)}`);
}

/** Repeatable at will: folds ignore a definition they know, and an old plan never replaces a newer one. */
async function distribute(ports: EnvironmentPorts, { plan, definitions }: Distribution): Promise<void> {
  const partitions = Array.from({ length: plan.partitions }, (_, partition) => partition);
  for (const definition of definitions) {
    const record: DefinitionRecord = {
      type: "definition",
      id: `${plan.environment}:${definition.experiment.key}:${plan.version}`,
      at: plan.publishedAt,
      planVersion: plan.version,
      definition,
    };
    const data = encodeBatch([record]);
    await Promise.all(
      partitions.map(async (partition) => {
        const messageId = `definition:${record.id}:${partition}`;
        const outcome = await ports.writer.append(subjects.events(plan.environment, partition), data, {
          messageId,
        });
        if (outcome.kind !== "stored") throw new Error(`definition ${record.id}: ${outcome.kind}`); // performed again
      }),
    );
  }
  await ports.publishPlan(signPlan(plan, ports.keys, etagOfPlan(plan)));
}
