import { Buffer } from "node:buffer";
import type { HandleContext } from "../../runtime/index.ts";
import { succeed } from "../../protocols/errors.ts";
import type { Failure } from "../../protocols/failures.ts";
import type { Collection, Entities } from "./history.ts";
import { historyOf, presentVersion } from "./history.ts";
import { notFound } from "./not-found.ts";
import { referrersOf } from "./references.ts";
import type { EnvironmentEvent, EnvironmentState } from "./state.ts";
import { after, refuse, type EnvironmentStep } from "./step.ts";
import { viewOf } from "./view.ts";

/** An entity stands in its event and in the answer, and a step holds 960 kB. */
const entityBytesMax = 440_000;

type PutEvent = Extract<EnvironmentEvent, { kind: "put" }>;

/** A new revision of an entity, as a draft. */
export function put(
  state: EnvironmentState,
  change: Pick<PutEvent, "collection" | "entity" | "lists">,
  expectedVersion: number | undefined,
  context: HandleContext,
): EnvironmentStep {
  const { collection, entity } = change;
  const failure =
    versionFailure(state, { collection, key: entity.key, expectedVersion }) ??
    sizeFailure(entity.key, entity);
  if (failure !== undefined) return refuse(failure);
  const event = putEvent(change, context);
  const next = after(state, [event], context);
  return { events: [event], reply: succeed(viewOf(next, collection, entity.key)) };
}

/** A collection and its own kind of entity, which TypeScript cannot see through the union. */
export const putEvent = (
  change: Pick<PutEvent, "collection" | "entity" | "lists">,
  { by }: Pick<HandleContext, "by">,
): EnvironmentEvent => ({ kind: "put", ...change, by }) as PutEvent;

/** Ends an entity in the draft. What needs it keeps it, and is named. */
export function remove(
  state: EnvironmentState,
  { collection, key }: { readonly collection: RemovableCollection; readonly key: string },
  expectedVersion: number | undefined,
  context: HandleContext,
): EnvironmentStep {
  const failure = removalFailure(state, { collection, key, expectedVersion });
  if (failure !== undefined) return refuse(failure);
  return { events: [{ kind: "removed", collection, key, by: context.by }], reply: succeed({ removed: key }) };
}

export type RemovableCollection = "segments" | "layers" | "holdouts" | "overrides";
interface Target<C extends Collection = Collection> {
  readonly collection: C;
  readonly key: string;
  readonly expectedVersion?: number | undefined;
}

export function removalFailure(
  state: EnvironmentState,
  { collection, key, expectedVersion }: Target<RemovableCollection>,
): Failure | undefined {
  const actual = presentVersion(historyOf(state.histories, collection, key));
  if (actual === 0) return notFound(collection, key);
  if (expectedVersion !== undefined && expectedVersion !== actual)
    return { code: "version_conflict", expected: expectedVersion, actual };
  const by = referrersOf(state, collection, key);
  return by.length === 0 ? undefined : { code: "referenced", what: singular[collection], key, by };
}

export function versionFailure(
  state: EnvironmentState,
  { collection, key, expectedVersion }: Target,
): Failure | undefined {
  const actual = presentVersion(historyOf(state.histories, collection, key));
  if (expectedVersion === undefined || expectedVersion === actual) return undefined;
  return expectedVersion === 0
    ? { code: "already_exists", what: singular[collection], key }
    : { code: "version_conflict", expected: expectedVersion, actual };
}

function sizeFailure(what: string, entity: Entities[Collection]): Failure | undefined {
  const bytes = Buffer.byteLength(JSON.stringify(entity));
  return bytes <= entityBytesMax ? undefined : { code: "too_large", what, bytes, bytesMax: entityBytesMax };
}

export const singular: Record<Collection, string> = {
  flags: "flag",
  segments: "segment",
  metrics: "metric",
  experiments: "experiment",
  layers: "layer",
  holdouts: "holdout",
  overrides: "override",
};
