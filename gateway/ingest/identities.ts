import { z } from "zod";
import { UnitId, type EnvironmentKey } from "../../protocols/ids.ts";
import { escapeToken } from "../../protocols/topology.ts";
import type { KeyValue } from "../../runtime/index.ts";

// Who is whom. The bucket decides, entry by entry and by compare-and-set, whichever gateway is asked.
//   I1. A unit is linked once: its entry says to whom, and never changes.
//   I2. A unit that others are linked to is never linked itself, so no link leads to another: its entry counts them.
//   I3. The known unit's entry is written first. What comes to nothing afterwards is taken back, unless somebody else
//       has relied on it meanwhile; left behind, it only keeps that unit from being linked further.

const Entry = z.union([z.strictObject({ to: UnitId }), z.strictObject({ links: z.number().int().min(1) })]);
type Entry = z.infer<typeof Entry>;

export type Linked = { readonly kind: "linked" } | { readonly kind: "refused"; readonly reason: string };

/** Rivals are requests about the same two units at the same moment. */
const triesMax = 8;
const decoder = new TextDecoder();
const encoder = new TextEncoder();

export class Identities {
  readonly #bucket: () => Promise<KeyValue>;

  /** Opening is asked each time: the log may come later than the first request. */
  constructor(bucket: () => Promise<KeyValue>) {
    this.#bucket = bucket;
  }

  /** Rejects when the bucket cannot be reached; asking again is harmless. */
  async link(environment: EnvironmentKey, unit: UnitId, known: UnitId): Promise<Linked> {
    if (unit === known) return refuse("the unit and the known unit are the same");
    const bucket = await this.#bucket();
    const place = (id: UnitId): string => `${escapeToken(environment)}.${id}`;
    const before = await read(bucket, place(unit));
    if (before.entry !== undefined) return judged(before.entry, known);
    const counted = await countLink(bucket, place(known));
    if (counted === undefined) return refuse("the known unit is linked to another itself");
    const outcome = await bucket.put(place(unit), encode({ to: known }), before.revision);
    if (outcome.kind === "stored") return { kind: "linked" };
    if (counted.isFirst) await bucket.delete(place(known), counted.revision); // I3
    const rival = await read(bucket, place(unit));
    return rival.entry === undefined
      ? refuse("the unit was changed at the same moment")
      : judged(rival.entry, known);
  }
}

const refuse = (reason: string): Linked => ({ kind: "refused", reason });

function judged(entry: Entry, known: UnitId): Linked {
  if ("links" in entry) return refuse("others are linked to this unit"); // I2
  return entry.to === known ? { kind: "linked" } : refuse("the unit is linked to another already"); // I1
}

/** Counts one more link to this unit; undefined when it is linked itself. */
async function countLink(
  bucket: KeyValue,
  key: string,
): Promise<{ readonly revision: number; readonly isFirst: boolean } | undefined> {
  for (let tries = 0; tries < triesMax; tries++) {
    const { entry, revision } = await read(bucket, key);
    if (entry !== undefined && "to" in entry) return undefined;
    const links = (entry?.links ?? 0) + 1;
    const outcome = await bucket.put(key, encode({ links }), revision);
    if (outcome.kind === "stored") return { revision: outcome.revision, isFirst: links === 1 };
  }
  throw new Error(`the entry of a unit changed ${triesMax} times while it was written`);
}

async function read(
  bucket: KeyValue,
  key: string,
): Promise<{ readonly entry: Entry | undefined; readonly revision: number }> {
  const stored = await bucket.get(key);
  if (stored === undefined) return { entry: undefined, revision: 0 };
  return { entry: Entry.parse(JSON.parse(decoder.decode(stored.value))), revision: stored.revision };
}

const encode = (entry: Entry): Uint8Array => encoder.encode(JSON.stringify(entry));
