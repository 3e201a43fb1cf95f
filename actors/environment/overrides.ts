import type { HandleContext } from "../../runtime/index.ts";
import type { Override } from "../../protocols/layer.ts";
import { draftOf } from "./history.ts";
import { publish } from "./publish.ts";
import { putEvent, removalFailure, versionFailure } from "./put.ts";
import { after, refuse, type EnvironmentStep } from "./step.ts";
import type { EnvironmentState } from "./state.ts";
import { viewOf } from "./view.ts";

// Overrides are for trying things out now: they have no draft. Each change publishes what is published, with the new
// overrides, and nobody else's drafts.

/** At 200 bytes each they are 400 kB of every plan. */
const overridesMax = 2_000;

export function putOverrides(
  state: EnvironmentState,
  overrides: readonly Override[],
  expectedVersion: number | undefined,
  context: HandleContext,
): EnvironmentStep {
  for (const { key } of overrides) {
    const failure = versionFailure(state, { collection: "overrides", key, expectedVersion });
    if (failure !== undefined) return refuse(failure);
  }
  const past = overrides.findIndex(({ expiresAt }) => expiresAt !== undefined && expiresAt <= context.at);
  if (past >= 0) {
    const issue = { path: `overrides[${past}].expiresAt`, message: "has passed" };
    return refuse({ code: "invalid_request", issues: [issue] });
  }
  const events = overrides.map((entity) => putEvent({ collection: "overrides", entity }, context));
  const next = after(state, events, context);
  if (draftOf(next.histories, "overrides").length > overridesMax)
    return refuse({ code: "too_many", what: "overrides", max: overridesMax });
  const keys = new Set(overrides.map(({ key }) => key));
  const views = [...keys].map((key) => viewOf(next, "overrides", key));
  const request = { events, contents: next.published, note: "overrides", sampled: false };
  return publish(next, { ...request, answer: { overrides: views } }, context);
}

export function removeOverride(
  state: EnvironmentState,
  key: string,
  expectedVersion: number | undefined,
  context: HandleContext,
): EnvironmentStep {
  const failure = removalFailure(state, { collection: "overrides", key, expectedVersion });
  if (failure !== undefined) return refuse(failure);
  const events = [{ kind: "removed", collection: "overrides", key, by: context.by } as const];
  const next = after(state, events, context);
  const request = { events, contents: next.published, note: "overrides", sampled: false };
  return publish(next, { ...request, answer: { overrides: [] } }, context);
}
