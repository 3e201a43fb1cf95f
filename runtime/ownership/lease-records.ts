import { z } from "zod";
import type { KeyValueEntry } from "../ports/connection.ts";

// What the LEASES bucket holds. One beat per host vouches for all its shards, so an idle host writes once per third of
// a TTL and not once per shard. A session is one life of a process: a host that restarts under its name takes its own
// shards back at once, because the session they name is gone.

const HostBeat = z.object({ session: z.string(), beat: z.number(), leaving: z.boolean() });
export type HostBeat = z.infer<typeof HostBeat>;

/** Owner of a shard; an empty host means released. The entry's revision is the owner's epoch. */
const ShardClaim = z.object({ host: z.string(), session: z.string() });
export type ShardClaim = z.infer<typeof ShardClaim>;

export const leasesBucket = "LEASES";
export const hostKey = (name: string): string => `h.${name}`;
export const shardKey = (shard: number): string => `s.${shard}`;

const encoder = new TextEncoder();
const decoder = new TextDecoder();
export const encodeRecord = (record: HostBeat | ShardClaim): Uint8Array =>
  encoder.encode(JSON.stringify(record));

export type LeaseRecord =
  | { readonly kind: "host"; readonly name: string; readonly beat: HostBeat; readonly revision: number }
  | { readonly kind: "shard"; readonly shard: number; readonly claim: ShardClaim; readonly revision: number };

/** Reads an entry of the bucket; undefined for what is not ours. */
export function leaseRecordOf({ key, value, revision }: KeyValueEntry): LeaseRecord | undefined {
  const content: unknown = JSON.parse(decoder.decode(value));
  if (key.startsWith("h.")) {
    const beat = HostBeat.safeParse(content);
    return beat.success ? { kind: "host", name: key.slice(2), beat: beat.data, revision } : undefined;
  }
  const shard = Number(key.slice(2));
  const claim = ShardClaim.safeParse(content);
  if (!key.startsWith("s.") || !Number.isInteger(shard) || !claim.success) return undefined;
  return { kind: "shard", shard, claim: claim.data, revision };
}
