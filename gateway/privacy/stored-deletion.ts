import { z } from "zod";
import { UnitId, type EnvironmentKey } from "../../protocols/ids.ts";
import { DeletionReceipt } from "../../protocols/privacy.ts";
import { escapeToken } from "../../protocols/topology.ts";

/** A deletion as the bucket DELETIONS holds it: its receipt, whose state follows from whether there is work left. */
export const StoredDeletion = DeletionReceipt.omit({ state: true }).extend({
  /** What is needed until all is done, and forgotten then: no unit id stays in a receipt. */
  work: z
    .strictObject({
      units: z.array(UnitId),
      /** Where the log holds the deletion of each unit: first and second time. */
      records: z.array(z.strictObject({ unit: UnitId, sequence: z.number(), again: z.number().optional() })),
    })
    .optional(),
});
export type StoredDeletion = z.infer<typeof StoredDeletion>;
export type Work = NonNullable<StoredDeletion["work"]>;

export const receiptPrefix = (environment: EnvironmentKey): string => `receipt.${escapeToken(environment)}.`;
export const receiptKey = ({ environment, id }: Pick<StoredDeletion, "environment" | "id">): string =>
  receiptPrefix(environment) + id;

const decoder = new TextDecoder();

/** Undefined for bytes that are none of ours. */
export function storedDeletionOf(value: Uint8Array): StoredDeletion | undefined {
  try {
    return StoredDeletion.parse(JSON.parse(decoder.decode(value)));
  } catch {
    return undefined;
  }
}

export const bytesOf = (deletion: StoredDeletion): Uint8Array => Buffer.from(JSON.stringify(deletion));

export function receiptOf({ work, ...deletion }: StoredDeletion): DeletionReceipt {
  return { ...deletion, state: work === undefined ? "done" : "pending" };
}
