import type { DeletionProof } from "../../protocols/analytics-messages.ts";
import type { EnvironmentKey, UnitId } from "../../protocols/ids.ts";
import type { WarehousePosition } from "../../protocols/analytics-messages.ts";
import { buckets, escapeToken, streams, subjects } from "../../protocols/topology.ts";
import type { Clock, Random } from "../../runtime/index.ts";
import type { AssignmentStore } from "../assignments/store.ts";
import type { Link } from "../call.ts";
import { backwards } from "../letters/backwards.ts";
import { Letters } from "../letters/letters.ts";
import { alone } from "../letters/lock.ts";
import { lettersOf } from "../letters/stored-letter.ts";
import type { Work } from "./stored-deletion.ts";

// Each store, made to forget units, and then asked what it still has of them. All of it may be done again.

export interface Forgetting {
  readonly environment: EnvironmentKey;
  readonly work: Work;
  readonly link: Link;
  readonly assignments: Pick<AssignmentStore, "forget" | "holds">;
  readonly clock: Clock;
  readonly random: Random;
}

/** What is left, or why that is not known yet. */
export type Found = { readonly left: number } | { readonly pending: string };

const positionMsMax = 5_000;
/** Parts of a hundred million rows are rewritten. */
const warehouseMsMax = 10 * 60_000;

export async function forgetInBucket(
  bucketName: typeof buckets.consents | typeof buckets.identities,
  { environment, work, link }: Forgetting,
): Promise<Found> {
  const bucket = await link.connection.bucket(bucketName);
  let left = 0;
  for (const unit of work.units) {
    const key = `${escapeToken(environment)}.${unit}`;
    await bucket.delete(key);
    if ((await bucket.get(key)) !== undefined) left++;
  }
  return { left };
}

export async function forgetAssignments({ environment, work, assignments }: Forgetting): Promise<Found> {
  let left = 0;
  for (const unitId of work.units) {
    const place = { environment, unitId };
    await assignments.forget(place);
    if (await assignments.holds(place)) left++;
  }
  return { left };
}

/** Letters that name one of the units, the runtime's with batches of events as well. */
export async function forgetLetters({ work, link, clock, random }: Forgetting): Promise<Found> {
  const letters = new Letters(link.connection, clock);
  const naming = (): Promise<ReturnType<typeof lettersOf>> => lettersNaming(link, work.units);
  const dropped = await alone(
    await link.connection.bucket(buckets.operations),
    "letters",
    { clock, random },
    async () => ({
      ok: true,
      value: await letters.drop(await naming()),
    }),
  );
  if (!dropped.ok) return { pending: "somebody else works on the letters" };
  return { left: (await naming()).length };
}

async function lettersNaming(link: Link, units: readonly UnitId[]): Promise<ReturnType<typeof lettersOf>> {
  const found: ReturnType<typeof lettersOf> = [];
  const options = { stream: streams.dead.name, subject: "dead.>" };
  for await (const message of backwards(link.connection.reader, options))
    for (const letter of lettersOf(message)) {
      const text = JSON.stringify(letter.content ?? {});
      const original = letter.content?.["original"];
      const bytes = typeof original === "string" ? Buffer.from(original, "base64").toString("latin1") : "";
      if (units.some((unit) => text.includes(unit) || bytes.includes(unit))) found.push(letter);
    }
  return found;
}

/** After the sink has read the deletions: whatever came before them in the log is written by then, and removed. */
export async function forgetInWarehouse({ environment, work, link }: Forgetting): Promise<Found> {
  const { messaging } = link.connection;
  const options = { timeoutMs: positionMsMax };
  const position = await messaging.request<WarehousePosition>(subjects.warehousePosition, {}, options);
  if (!position.ok) return { pending: `analytics: ${position.failure.code}` };
  const last = Math.max(...work.records.map(({ sequence }) => sequence));
  if (position.value.acknowledged < last)
    return { pending: `the sink is at ${position.value.acknowledged} of ${last}` };
  let left = 0;
  let waiting: string | undefined;
  for (const unit of work.units) {
    const request = { environment, unit };
    const proof = await messaging.request<DeletionProof>(subjects.deleteUnit, request, {
      timeoutMs: warehouseMsMax,
    });
    if (!proof.ok) return { pending: `analytics: ${proof.failure.code}` };
    left += proof.value.left;
    waiting ??= proof.value.waiting;
  }
  return left === 0 && waiting !== undefined ? { pending: waiting } : { left };
}
