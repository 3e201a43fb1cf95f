import { fnv1a } from "../messaging/address.ts";

/**
 * Which of the live hosts should own a shard: the one with the highest score (rendezvous hashing). A host that comes or
 * goes moves only its own share, and every host computes the same answer from the same names.
 */
export function preferredHost(shard: number, hosts: Iterable<string>): string | undefined {
  let best: string | undefined;
  let bestScore = -1;
  for (const host of hosts) {
    const score = mix(fnv1a(`${host}#${shard}`));
    if (score > bestScore || (score === bestScore && best !== undefined && host < best)) {
      best = host;
      bestScore = score;
    }
  }
  return best;
}

/** FNV-1a alone leaves names that differ in their last character correlated; this final mix (MurmurHash3's) does not. */
function mix(hash: number): number {
  let mixed = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return (mixed ^ (mixed >>> 16)) >>> 0;
}
