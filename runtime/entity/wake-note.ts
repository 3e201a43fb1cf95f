import { z } from "zod";
import type { EpochMs } from "../../protocols/time.ts";
import { escapeKey, unescapeKey } from "../messaging/address.ts";
import type { Address } from "../messaging/address.ts";
import type { KeyValue } from "../ports/connection.ts";

// A note in a bucket says when an actor must be woken, for whoever owns its shard then.
//   W1. Before an append that sets a timer or asks for an effect, the note is at its time or earlier. Too early is
//       harmless.
//   W2. It is moved later or removed only by compare-and-set on a revision that we read or wrote before one of our own
//       stored appends: whoever owned the actor after us would have written another.

const Note = z.object({ at: z.number() });

export const wakePrefix = (shard: number): string => `${shard}.`;
export const wakeKey = (shard: number, { kind, key }: Address): string =>
  `${wakePrefix(shard)}${kind}.${escapeKey(key)}`;

/** Reads `wakeKey` back; undefined for what is not ours. */
export function addressOfWakeKey(text: string): Address | undefined {
  const [, kind, token, ...rest] = text.split(".");
  if (kind === undefined || token === undefined || rest.length > 0) return undefined;
  try {
    return { kind, key: unescapeKey(token) };
  } catch {
    return undefined;
  }
}

export function wakeTimeOf(value: Uint8Array): EpochMs | undefined {
  try {
    return Note.parse(JSON.parse(new TextDecoder().decode(value))).at as EpochMs;
  } catch {
    return undefined; // not ours: an actor woken for nothing would only look and sleep again
  }
}

const encode = (at: number): Uint8Array => new TextEncoder().encode(JSON.stringify({ at }));
const attemptsMax = 5;

interface Known {
  readonly at: number;
  readonly revision: number;
  /** Written in this life. Only then it stays until we remove it: what others wrote, they may still remove. */
  readonly ours: boolean;
}

export class WakeNote {
  readonly #bucket: KeyValue;
  readonly #key: string;
  #known: Known | undefined;
  #proven = false;

  constructor(bucket: KeyValue, key: string) {
    this.#bucket = bucket;
    this.#key = key;
  }

  /** W1. Throws when the bucket cannot be asked. */
  async before(at: EpochMs): Promise<void> {
    for (let attempt = 1; attempt <= attemptsMax; attempt++) {
      if (this.reaches(at)) return;
      const noted = await this.learn();
      const target = Math.min(noted?.at ?? at, at);
      const outcome = await this.#bucket.put(this.#key, encode(target), noted?.revision ?? 0);
      if (outcome.kind === "stored") {
        this.#known = { at: target, revision: outcome.revision, ours: true };
        return;
      }
    }
    throw new Error(`the wake note ${this.#key} changes faster than it can be written`);
  }

  /** Looks which note there is, so that the next stored append makes it ours to remove. */
  async learn(): Promise<{ readonly at: number; readonly revision: number } | undefined> {
    const entry = await this.#bucket.get(this.#key);
    this.#proven = false;
    this.#known =
      entry === undefined
        ? undefined
        : { at: wakeTimeOf(entry.value) ?? 0, revision: entry.revision, ours: false };
    return this.#known;
  }

  /** It wakes by that time, whatever becomes of us: it was written in this life. */
  reaches(at: EpochMs): boolean {
    return this.#known?.ours === true && this.#known.at <= at;
  }

  /** When it wakes, as far as we know. */
  get at(): EpochMs | undefined {
    return this.#known?.at as EpochMs | undefined;
  }

  get isKnown(): boolean {
    return this.#known !== undefined;
  }

  /** One of our appends was stored. */
  proven(): void {
    this.#proven = this.#known !== undefined;
  }

  /** W2: after the last timer, or for a long rest. */
  async settle(next: EpochMs | undefined): Promise<void> {
    const known = this.#known;
    if (known === undefined || !this.#proven || (next !== undefined && next <= known.at)) return;
    this.#known = undefined;
    this.#proven = false;
    if (next === undefined) return this.#bucket.delete(this.#key, known.revision);
    const outcome = await this.#bucket.put(this.#key, encode(next), known.revision);
    if (outcome.kind === "stored") this.#known = { at: next, revision: outcome.revision, ours: true };
  }
}
