import { assert } from "../../protocols/assert.ts";

/** Where an actor lives, whoever runs it just now. */
export interface Address {
  readonly kind: string;
  readonly key: string;
}

/** Fixed for the life of an installation: shards are part of every subject. */
export const shardCountDefault = 64;

const kindPattern = /^[a-z][a-z0-9_]{0,31}$/;
/** Letters, digits, `_` and `-` stand for themselves; everything else is escaped, so a token never holds a dot. */
const plain = /[^A-Za-z0-9_-]/g;
const plainToken = /^[A-Za-z0-9_-]*$/;
const escaped = /=([0-9A-F]{2})/g;

/** A key as one token of a subject or of a bucket's key, reversible: other UTF-8 bytes become `=XX`. */
export const escapeKey = (key: string): string =>
  key.replace(/[^A-Za-z0-9_-]+/g, (run) =>
    [...new TextEncoder().encode(run)]
      .map((byte) => `=${byte.toString(16).toUpperCase().padStart(2, "0")}`)
      .join(""),
  );

export function unescapeKey(token: string): string {
  if (plainToken.test(token)) return token;
  assert(token.replace(escaped, "").search(plain) === -1, `not an escaped key: ${token}`);
  return decodeURIComponent(token.replace(escaped, "%$1"));
}

/** FNV-1a, 32 bits, over UTF-8: the same shard in every process and every language. */
export function fnv1a(text: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index);
    if (code > 0x7f) return fnv1aOfBytes(new TextEncoder().encode(text));
    hash = Math.imul(hash ^ code, 0x01000193); // ASCII is its own UTF-8; every ask passes here
  }
  return hash >>> 0;
}

function fnv1aOfBytes(bytes: Uint8Array): number {
  let hash = 0x811c9dc5;
  for (const byte of bytes) hash = Math.imul(hash ^ byte, 0x01000193);
  return hash >>> 0;
}

export const shardOf = ({ kind, key }: Address, shardCount = shardCountDefault): number =>
  fnv1a(`${kind}/${key}`) % shardCount;

const path = ({ kind, key }: Address): string => {
  assert(kindPattern.test(kind), `kind ${JSON.stringify(kind)}`);
  assert(key !== "", "an address has a key");
  return `${kind}.${escapeKey(key)}`;
};

export const addressText = ({ kind, key }: Address): string => `${kind}/${key}`;
export const journalSubject = (address: Address): string => `log.${path(address)}`;
export const snapshotSubject = (address: Address): string => `snap.${path(address)}`;
export const commandSubject = (address: Address, shardCount?: number): string =>
  `cmd.${shardOf(address, shardCount)}.${path(address)}`;
export const shardCommands = (shard: number): string => `cmd.${shard}.>`;

/** Reads back what `commandSubject` wrote; undefined for anything else. */
export function parseCommandSubject(subject: string): Address | undefined {
  const [head, shard, kind, token, ...rest] = subject.split(".");
  if (head !== "cmd" || shard === undefined || kind === undefined || token === undefined || rest.length > 0)
    return undefined;
  try {
    return { kind, key: unescapeKey(token) };
  } catch {
    return undefined; // somebody else's subject under our prefix
  }
}
