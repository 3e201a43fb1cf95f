import type { KeyValue } from "../runtime/index.ts";
import { assert } from "../protocols/assert.ts";
import type { EnvironmentKey } from "../protocols/ids.ts";
import type { SignedPlan } from "../protocols/plan.ts";
import {
  packPlan,
  partPrefix,
  readPlanEntry,
  versionOfEntry,
  versionOfPart,
  type PackedPlan,
} from "../protocols/published-plan.ts";
import { escapeToken } from "../protocols/topology.ts";

/** Two owners may race for a moment; each attempt sees a newer revision, so a handful suffices. */
const attemptsMax = 10;

/** Shows gateways a plan, never an older one than they have. */
export type PublishPlan = (signed: SignedPlan) => Promise<void>;

/**
 * Writes plans where gateways find them, so that their version never goes back: an older or equal one is left unwritten,
 * which makes publishing idempotent and safe against a late repetition by a former owner. Parts come first, then the
 * manifest that names them; those of the version before stay for readers on their way, older ones go.
 */
export function planPublisher(plans: KeyValue, parts: KeyValue): PublishPlan {
  return async (signed) => {
    const { environment, version } = signed.plan;
    const key = escapeToken(environment);
    let packed: PackedPlan | undefined;
    for (let attempt = 0; attempt < attemptsMax; attempt++) {
      const present = await plans.get(key);
      const before = present === undefined ? 0 : versionIn(present.value);
      if (before >= version) return;
      if (packed === undefined) {
        packed = await packPlan(signed);
        for (const part of packed.parts) await parts.put(part.key, part.value, 0); // in conflict, it is there already
      }
      const outcome = await plans.put(key, packed.entry, present?.revision ?? 0);
      if (outcome.kind === "stored") return removeParts(parts, environment, before);
    }
    throw new Error(`plan ${version} of ${environment} lost ${attemptsMax} races`);
  };
}

async function removeParts(parts: KeyValue, environment: EnvironmentKey, before: number): Promise<void> {
  for (const key of await parts.keys(partPrefix(environment)))
    if (versionOfPart(key) < before) await parts.delete(key);
}

function versionIn(value: Uint8Array): number {
  const entry = readPlanEntry(value);
  assert(entry !== undefined, "only environments write plans");
  return versionOfEntry(entry);
}
