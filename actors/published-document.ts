import type { KeyValue } from "../runtime/index.ts";

/** Puts a numbered document where others follow it. */
export type PublishDocument = (key: string, version: number, document: unknown) => Promise<void>;

/** Two owners may race for a moment; each attempt sees a newer revision, so a handful suffices. */
const attemptsMax = 10;

/**
 * Writes documents into a bucket so that their version never goes back: an older or equal one is left unwritten,
 * which makes publishing idempotent and safe against a late repetition by a former owner.
 */
export function documentPublisher(
  bucket: KeyValue,
  versionOf: (document: unknown) => number,
  encode: (document: unknown) => Uint8Array = (document) =>
    new TextEncoder().encode(JSON.stringify(document)),
): PublishDocument {
  return async (key, version, document) => {
    for (let attempt = 0; attempt < attemptsMax; attempt++) {
      const present = await bucket.get(key);
      if (present !== undefined) {
        const presentVersion = versionOf(JSON.parse(new TextDecoder().decode(present.value)));
        if (presentVersion >= version) return;
      }
      const outcome = await bucket.put(key, encode(document), present?.revision ?? 0);
      if (outcome.kind === "stored") return;
    }
    throw new Error(`document ${key} version ${version} lost ${attemptsMax} races`);
  };
}
