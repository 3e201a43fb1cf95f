import { philox } from "../statistics/special/counter-random.ts";
import type { Changes } from "./changes.ts";

// The sums of one arm under many random splits at once.
//   K1. Which arm a unit is in is a function of (seed, split, unit) alone, the same for every metric and on every day: 64
//       splits' worth of bits are a counter-based generator's answer to the unit's hash.
//   K2. Eight rows' bits make a byte, and a table knows what each of the 256 ways to choose among eight rows adds: one
//       addition a split instead of eight.

/** Splits of one word of bits. */
export const splitsPerWord = 64;
const rowsPerTable = 8;
const ways = 1 << rowsPerTable;

/**
 * Cumulative sums of the arm, by split, day and sum: `[(split × days + day) × width + sum]`, of the splits of `words` words
 * from word `from` on.
 */
export function splitSums(
  { low, high, dayEnds, sums }: Changes,
  seed: number,
  from: number,
  words: number,
): Float64Array {
  const width = sums.length;
  const splits = words * splitsPerWord;
  const days = dayEnds.length;
  const result = new Float64Array(splits * days * width);
  const running = new Float64Array(splits * width);
  const tables = new Float64Array(ways * width);
  const bits = new Uint32Array(2 * rowsPerTable);
  const chosen = new Uint8Array(splitsPerWord);
  const word = new Uint32Array(2);
  let start = 0;
  for (let day = 0; day < days; day++) {
    const end = dayEnds[day] ?? 0;
    for (; start < end; start += rowsPerTable) {
      const count = Math.min(rowsPerTable, end - start);
      fillTables(tables, sums, start, count);
      for (let index = 0; index < words; index++) {
        const key = keyOf(seed, from + index);
        bits.fill(0);
        for (let row = 0; row < count; row++) {
          philox(low[start + row] ?? 0, high[start + row] ?? 0, key, word);
          bits[row] = word[0] ?? 0;
          bits[rowsPerTable + row] = word[1] ?? 0;
        }
        transpose(bits, chosen);
        addChosen(running, index * splitsPerWord, chosen, tables, width);
      }
    }
    start = end;
    for (let split = 0; split < splits; split++)
      for (let sum = 0; sum < width; sum++)
        result[(split * days + day) * width + sum] = running[split * width + sum] ?? 0;
  }
  return result;
}

/** Whether a split puts a unit into the arm: what the kernel does, for one. */
export function isInArm(low: number, high: number, seed: number, split: number): boolean {
  const word = new Uint32Array(2);
  philox(low, high, keyOf(seed, Math.floor(split / splitsPerWord)), word);
  const bit = split % splitsPerWord;
  return (((word[bit < 32 ? 0 : 1] ?? 0) >>> (bit % 32)) & 1) === 1;
}

/** Seeds and words far apart give keys that have nothing in common. */
function keyOf(seed: number, index: number): number {
  let mixed = (Math.imul(seed ^ 0x9e3779b9, 0x85ebca6b) + Math.imul(index + 1, 0xc2b2ae35)) >>> 0;
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x21f0aaad);
  mixed = Math.imul(mixed ^ (mixed >>> 15), 0x735a2d97);
  return (mixed ^ (mixed >>> 15)) >>> 0;
}

/** `tables[way × width + sum]`: each way adds one row to a way that was there before. */
function fillTables(tables: Float64Array, sums: readonly Float64Array[], start: number, count: number): void {
  const width = sums.length;
  for (let row = 0; row < rowsPerTable; row++) {
    const half = 1 << row;
    for (let sum = 0; sum < width; sum++) {
      const own = row < count ? (sums[sum]?.[start + row] ?? 0) : 0;
      for (let way = 0; way < half; way++)
        tables[(half + way) * width + sum] = (tables[way * width + sum] ?? 0) + own;
    }
  }
}

/** Eight words of 64 bits, as two halves each, to 64 bytes: byte s has bit s of each word. */
function transpose(bits: Uint32Array, chosen: Uint8Array): void {
  for (let half = 0; half < 2; half++) {
    const at = half * rowsPerTable;
    const a = bits[at] ?? 0;
    const b = bits[at + 1] ?? 0;
    const c = bits[at + 2] ?? 0;
    const d = bits[at + 3] ?? 0;
    const e = bits[at + 4] ?? 0;
    const f = bits[at + 5] ?? 0;
    const g = bits[at + 6] ?? 0;
    const h = bits[at + 7] ?? 0;
    const base = half * 32;
    for (let bit = 0; bit < 32; bit++)
      chosen[base + bit] =
        ((a >>> bit) & 1) |
        (((b >>> bit) & 1) << 1) |
        (((c >>> bit) & 1) << 2) |
        (((d >>> bit) & 1) << 3) |
        (((e >>> bit) & 1) << 4) |
        (((f >>> bit) & 1) << 5) |
        (((g >>> bit) & 1) << 6) |
        (((h >>> bit) & 1) << 7);
  }
}

function addChosen(
  running: Float64Array,
  first: number,
  chosen: Uint8Array,
  tables: Float64Array,
  width: number,
): void {
  let into = first * width;
  for (let split = 0; split < splitsPerWord; split++) {
    let at = (chosen[split] ?? 0) * width;
    for (let sum = 0; sum < width; sum++) {
      running[into] = (running[into] ?? 0) + (tables[at] ?? 0);
      into++;
      at++;
    }
  }
}
