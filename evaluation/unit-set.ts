import { unitIdLength } from "./unit-words.ts";

// An exact set of unit ids, for lists of a million. An id is 128 bits: four words, 16 bytes, in one array, sorted into
// buckets by a mix of them. With at most four ids a bucket on average, and 4 bytes to say where each bucket begins, an
// id costs 17 to 18 bytes, where a Set of texts takes some 90. Asking reads two numbers and a line or two of words.

/** Ids that are taken before a builder lets others run: at 200 ns each (most of it memory), a millisecond. */
const idsPerStep = 5_000;
/** 2^22 buckets serve eight million ids; more ids make the buckets longer, not wrong. */
const bucketBitsMax = 22;

const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
/** Six bits of a character; 64 for one that is not in the alphabet. */
const sixOf = new Uint8Array(256).fill(64);
for (let index = 0; index < 64; index++) sixOf[alphabet.charCodeAt(index)] = index;

/** The id that was read last. */
const words = new Int32Array(4);

export class UnitSet {
  readonly #words: Int32Array;
  /** Where each bucket begins; one more than there are buckets. */
  readonly #starts: Uint32Array;
  readonly #shift: number;
  /** Texts that are no canonical 128 bits; undefined when there are none, as is usual. */
  readonly #others: ReadonlySet<string> | undefined;

  private constructor(members: Int32Array, starts: Uint32Array, others: ReadonlySet<string>) {
    this.#words = members;
    this.#starts = starts;
    this.#shift = 32 - Math.log2(starts.length - 1);
    this.#others = others.size === 0 ? undefined : others;
  }

  static of(unitIds: readonly string[]): UnitSet {
    const steps = UnitSet.steps(unitIds);
    for (let step = steps.next(); ; step = steps.next()) if (step.done === true) return step.value;
  }

  /** Builds one with pauses, in which whoever drives the steps may do other things. */
  static *steps(unitIds: readonly string[]): Generator<void, UnitSet> {
    const bits = Math.min(bucketBitsMax, Math.max(1, Math.ceil(Math.log2(unitIds.length + 1)) - 2));
    const shift = 32 - bits;
    const starts = new Uint32Array(2 ** bits + 1);
    const others = new Set<string>();
    // Once to count, so that each bucket's place is known; once more to put the ids there.
    for (let index = 0; index < unitIds.length; index++) {
      const unitId = unitIds[index] as string;
      if (readId(unitId)) {
        const bucket = mixOf() >>> shift;
        starts[bucket + 1] = (starts[bucket + 1] as number) + 1;
      } else others.add(unitId);
      if (index % idsPerStep === idsPerStep - 1) yield;
    }
    for (let bucket = 1; bucket < starts.length; bucket++)
      starts[bucket] = (starts[bucket] as number) + (starts[bucket - 1] as number);
    yield;
    const members = new Int32Array((unitIds.length - others.size) * 4);
    yield;
    const next = starts.slice();
    yield;
    for (let index = 0; index < unitIds.length; index++) {
      if (readId(unitIds[index] as string)) {
        const bucket = mixOf() >>> shift;
        const at = next[bucket] as number;
        next[bucket] = at + 1;
        members[at * 4] = words[0] as number;
        members[at * 4 + 1] = words[1] as number;
        members[at * 4 + 2] = words[2] as number;
        members[at * 4 + 3] = words[3] as number;
      }
      if (index % idsPerStep === idsPerStep - 1) yield;
    }
    return new UnitSet(members, starts, others);
  }

  /** What the set holds on to, per the arrays it has; texts that are no unit ids aside. */
  get bytes(): number {
    return this.#words.byteLength + this.#starts.byteLength;
  }

  has(unitId: string): boolean {
    if (!readId(unitId)) return this.#others !== undefined && this.#others.has(unitId);
    const bucket = mixOf() >>> this.#shift;
    const members = this.#words;
    const end = (this.#starts[bucket + 1] as number) * 4;
    for (let at = (this.#starts[bucket] as number) * 4; at < end; at += 4)
      if (
        members[at] === words[0] &&
        members[at + 1] === words[1] &&
        members[at + 2] === words[2] &&
        members[at + 3] === words[3]
      )
        return true;
    return false;
  }
}

/** Ids are hashes already, but lists are not: somebody's test ids may differ in their last characters only. */
function mixOf(): number {
  let mixed = Math.imul((words[0] as number) ^ Math.imul(words[1] as number, 0x9e3779b1), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 15) ^ (words[2] as number), 0xc2b2ae35);
  mixed = Math.imul(mixed ^ (mixed >>> 13) ^ (words[3] as number), 0x27d4eb2f);
  return mixed ^ (mixed >>> 16);
}

/**
 * Reads an id into `words`: 22 characters of six bits are 132. False for a text that 128 bits cannot tell from another:
 * with other characters, of another length, or using the four bits too many.
 */
function readId(unitId: string): boolean {
  if (unitId.length !== unitIdLength) return false;
  // Each word takes five characters and the bits that are missing from the one between it and the next.
  const sixth = sixAt(unitId, 5);
  const eleventh = sixAt(unitId, 10);
  const last = sixAt(unitId, 21);
  const head = thirtyAt(unitId, 0);
  const middle = twentyFourAt(unitId, 6);
  const tail = thirtyAt(unitId, 11);
  const end = thirtyAt(unitId, 16);
  words[0] = (head << 2) | (sixth >>> 4);
  words[1] = (sixth << 28) | (middle << 4) | (eleventh >>> 2);
  words[2] = (eleventh << 30) | tail;
  words[3] = (end << 2) | (last >>> 4);
  return (sixth | eleventh | last) < 64 && (last & 15) === 0 && (head | middle | tail | end) >= 0;
}

/** Five characters; negative when one of them is not in the alphabet. */
function thirtyAt(text: string, at: number): number {
  const six = sixAt(text, at + 4);
  const bits = (twentyFourAt(text, at) << 6) | six;
  return six < 64 ? bits : -1;
}

/** Four characters, likewise. */
function twentyFourAt(text: string, at: number): number {
  const a = sixAt(text, at);
  const b = sixAt(text, at + 1);
  const c = sixAt(text, at + 2);
  const d = sixAt(text, at + 3);
  return (a | b | c | d) < 64 ? (a << 18) | (b << 12) | (c << 6) | d : -1;
}

function sixAt(text: string, index: number): number {
  const code = text.charCodeAt(index);
  return code < 256 ? (sixOf[code] as number) : 64;
}
