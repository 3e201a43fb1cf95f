// How often a unit counts in a bootstrap replicate: Poisson(1), as a pure function of (unit, replicate). Any thread can
// compute any range of replicates, a unit keeps its weight wherever it is stored, and every run gives the same numbers.
//
// One 32-bit hash makes the weights of two neighbouring replicates, 16 bits each, through a table. The table's counts
// are those of Poisson(1) out of 65,536, adjusted so that mean and variance are 1 exactly.

const slots = 65_536;
/** How many slots weigh 3, 4, … 8; those of 0, 1 and 2 follow from the three moments. */
const slotsFromThree = [4_018, 1_005, 201, 33, 5, 1] as const;

let table: Uint8Array | undefined;

/** Weight of each of the 65,536 values of 16 random bits. */
export function weightTable(): Uint8Array {
  if (table !== undefined) return table;
  const counts = [0, 0, 0, ...slotsFromThree];
  const sumOf = (moment: (weight: number) => number): number =>
    counts.reduce((sum, count, weight) => sum + count * moment(weight), 0);
  counts[2] = (slots - sumOf((weight) => weight * (weight - 1))) / 2;
  counts[1] = slots - sumOf((weight) => weight);
  counts[0] = slots - sumOf(() => 1);
  table = Uint8Array.from(counts.flatMap((count, weight) => Array.from({ length: count }, () => weight)));
  return table;
}

/** Two words that identify a unit, spread over all bits. */
export function unitWords(
  units: number,
  first: number,
): { readonly low: Uint32Array; readonly high: Uint32Array } {
  const low = new Uint32Array(units);
  const high = new Uint32Array(units);
  for (let index = 0; index < units; index++) {
    low[index] = spread(Math.imul(first + index, 0x9e3779b9) ^ 0x85ebca6b);
    high[index] = spread((low[index] ?? 0) + first + index);
  }
  return { low, high };
}

/** The word of two replicates, 2k and 2k + 1. */
export function replicateWord(pair: number, seed: number): number {
  return spread(spread(seed) + Math.imul(pair + 1, 0x9e3779b9));
}

/** The finaliser of MurmurHash3: every bit of the input reaches every bit of the output. */
function spread(word: number): number {
  let x = word;
  x = Math.imul(x ^ (x >>> 16), 0x85ebca6b);
  x = Math.imul(x ^ (x >>> 13), 0xc2b2ae35);
  return (x ^ (x >>> 16)) >>> 0;
}
