import { succeed } from "../../protocols/errors.ts";
import type { Behaviour } from "../../runtime/index.ts";

type Hoarded = ReadonlyMap<string, readonly number[]> | Float64Array;
export interface HoardMessage {
  /** Size of the state from now on, as a snapshot has it; absent: nothing changes. */
  readonly bytes?: number;
}

/** Bytes of one record in a snapshot: a key of 10 characters, four floating-point numbers and their frames. */
const recordBytes = 56;

/** An entity as large as one wants. The key says of what: `numbers` in one array, or `records` in a map. */
export const hoard: Behaviour<
  { readonly key: string; readonly held: Hoarded },
  HoardMessage,
  { bytes: number },
  never,
  never
> = {
  kind: "hoard",
  version: 1,
  init: (key) => ({ key, held: new Map() }),
  parse: (message) => message as HoardMessage,
  handle: ({ held }, { bytes }) => ({
    events: bytes === undefined ? [] : [{ bytes }],
    reply: succeed(held instanceof Float64Array ? held.length : held.size),
  }),
  apply: ({ key }, { bytes }) => ({ key, held: key === "numbers" ? numbersOf(bytes) : recordsOf(bytes) }),
  snapshotEveryCommits: 1,
};

const numbersOf = (bytes: number): Float64Array => new Float64Array(bytes / 8).map((_, index) => index * 1.5);
const recordsOf = (bytes: number): ReadonlyMap<string, readonly number[]> =>
  new Map(
    Array.from({ length: bytes / recordBytes }, (_, index) => [
      `unit-${String(index).padStart(5, "0")}`,
      [index * 1.5, index * 2.5, index / 3, index / 7],
    ]),
  );
