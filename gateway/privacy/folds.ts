import { unitHash, uint64Text } from "../../protocols/hash64.ts";
import type { EnvironmentKey, UnitId } from "../../protocols/ids.ts";
import { encodeBatch } from "../../protocols/log-record.ts";
import type { PartialSums } from "../../protocols/results.ts";
import { kinds, partitionKey, partitionOf, subjects } from "../../protocols/topology.ts";
import type { Address } from "../../runtime/index.ts";
import type { LivePlan } from "../live-plan.ts";
import type { Forgetting, Found } from "./stores.ts";
import type { Work } from "./stored-deletion.ts";

// The folds learn of a deletion from the log, as from everything.
//   F1. The record goes to the partition of each unit, and once more after the folds have counted the first: a fold keeps
//       its two newest snapshots, so both must be taken behind the deletion before the older ones are gone.
//   F2. A fold is asked for the sums of this one unit: nobody may be in them.

const askMsMax = 5_000;

/** Writes the deletions that are not in the log yet. */
export async function writeRecords(
  { environment, link, work, clock }: Forgetting,
  {
    id,
    partitions,
    round,
  }: { readonly id: string; readonly partitions: number; readonly round: "sequence" | "again" },
): Promise<{ readonly records: Work["records"] } | { readonly pending: string }> {
  const records: Work["records"][number][] = [];
  for (const unit of work.units) {
    const before = work.records.find((record) => record.unit === unit);
    if (before?.[round] !== undefined) {
      records.push(before);
      continue;
    }
    const record = { type: "deletion", id: `deletion:${id}:${unit}`, at: clock.now(), unit } as const;
    const subject = subjects.events(environment, partitionOf(unit, partitions));
    const messageId = `deletion-${id}-${unit}-${round}`;
    const outcome = await link.connection.writer.append(subject, encodeBatch([record]), { messageId });
    if (outcome.kind !== "stored") return { pending: `the log: ${outcome.kind}` };
    records.push({ unit, sequence: outcome.sequence, ...before, [round]: outcome.sequence });
  }
  return { records };
}

const addressOf = (environment: EnvironmentKey, unit: UnitId, partitions: number): Address => ({
  kind: kinds.partition,
  key: partitionKey(environment, partitionOf(unit, partitions)),
});

/** F2. */
export async function unitsInFolds({ environment, link, work }: Forgetting, plan: LivePlan): Promise<Found> {
  let left = 0;
  for (const { unit, sequence } of work.records) {
    const address = addressOf(environment, unit, plan.plan.partitions);
    const options = { by: "privacy", timeoutMs: askMsMax };
    const at = await link.client.ask<{ position: number }, never>(address, { type: "position" }, options);
    if (!at.ok) return { pending: `${address.key}: ${at.failure.code}` };
    if (at.value.position < sequence)
      return { pending: `${address.key} is at ${at.value.position} of ${sequence}` };
    const hash = uint64Text(unitHash(unit));
    for (const experiment of plan.experiments.keys()) {
      const message = { type: "sums", experiment, range: { from: hash, to: hash } };
      const sums = await link.client.ask<PartialSums | null, never>(address, message, options);
      if (!sums.ok) return { pending: `${address.key}: ${sums.failure.code}` };
      for (const variant of sums.value?.summary.variants ?? []) left += variant.units;
    }
  }
  return { left };
}

/** F1: puts each fold to sleep, which makes it take a snapshot, and says where that stands. */
export async function snapshotsBehind(
  { environment, link, work }: Forgetting,
  { partitions, round }: { readonly partitions: number; readonly round: "sequence" | "again" },
): Promise<Found> {
  for (const record of work.records) {
    const address = addressOf(environment, record.unit, partitions);
    const wanted = record[round] ?? record.sequence;
    const options = { by: "privacy", timeoutMs: askMsMax };
    const at = await link.client.ask<{ position: number }, never>(address, { type: "position" }, options);
    if (!at.ok) return { pending: `${address.key}: ${at.failure.code}` };
    if (at.value.position < wanted)
      return { pending: `${address.key} is at ${at.value.position} of ${wanted}` };
    const evicted = await link.operations.evict(address);
    if (!evicted.ok) return { pending: `${address.key}: ${evicted.failure.code}` };
    const woken = await link.client.ask(address, { type: "position" }, options); // it must go on folding
    if (!woken.ok) return { pending: `${address.key}: ${woken.failure.code}` };
    const shown = await link.operations.show(address);
    if (!shown.ok) return { pending: `${address.key}: ${shown.failure.code}` };
    const taken = shown.value.snapshot?.position ?? 0;
    if (taken < wanted) return { pending: `the snapshot of ${address.key} is at ${taken} of ${wanted}` };
  }
  return { left: 0 };
}
