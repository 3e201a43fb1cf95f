import { assert } from "../../protocols/assert.ts";

/**
 * What a sum may take in. Squares and their products with a count below 2^53 then stay under 1e216, far from
 * overflow, which no arithmetic could take back.
 */
const magnitudeMax = 1e100;

/** Veltkamp's constant, 2^27 + 1: splits a double into two halves whose products are exact. */
const splitter = 134_217_729;

/**
 * A sum of doubles without rounding (Shewchuk's expansion, as in Python's fsum and d3's Adder), kept as parts that
 * do not overlap. What was added can be taken out again and leaves no trace, in any order, which no sum of fixed
 * precision offers: a unit's first 0 and its later 1e15 both vanish completely when the unit changes or leaves.
 */
export class ExactSum {
  /** In order of magnitude, smallest first; empty for zero. Whole numbers need one, amounts in cents up to ten. */
  readonly #parts: number[];
  /** Parts in use. The array is never cut: doing so costs more than the arithmetic. */
  #length: number;

  constructor(parts: readonly number[] = []) {
    this.#parts = [...parts];
    this.#length = parts.length;
  }

  add(value: number): void {
    if (value === 0) return;
    const parts = this.#parts;
    let carried = value;
    let kept = 0;
    const length = this.#length;
    for (let index = 0; index < length; index++) {
      const part = parts[index] as number;
      const high = carried + part;
      // Fast two-sum: exact when the larger operand is the one subtracted.
      const low = Math.abs(carried) < Math.abs(part) ? carried - (high - part) : part - (high - carried);
      if (low !== 0) parts[kept++] = low;
      carried = high;
    }
    if (carried !== 0) parts[kept++] = carried;
    this.#length = kept;
  }

  /** Adds all of another sum. */
  addAll(other: ExactSum): void {
    for (let index = 0; index < other.#length; index++) this.add(other.#parts[index] as number);
  }

  /** Adds left × right, both halves of the product. */
  addProduct(left: number, right: number): void {
    if (left === 0 || right === 0) return;
    const product = left * right;
    const leftHigh = highHalf(left);
    const leftLow = left - leftHigh;
    const rightHigh = highHalf(right);
    const rightLow = right - rightHigh;
    const rounded =
      leftLow * rightLow - (product - leftHigh * rightHigh - leftLow * rightHigh - leftHigh * rightLow);
    if (rounded !== 0) this.add(rounded);
    this.add(product);
  }

  /** The nearest double to the sum. */
  get value(): number {
    const parts = this.#parts;
    let index = this.#length - 1;
    let high = index < 0 ? 0 : (parts[index] as number);
    let low = 0;
    while (index > 0 && low === 0) {
      const before = high;
      const part = parts[--index] as number;
      high = before + part;
      low = part - (high - before);
    }
    // A tie was rounded to even although a smaller part says which side is nearer.
    const beyond = index > 0 ? (parts[index - 1] as number) : 0;
    if (low * beyond > 0) {
      const nudged = high + low * 2;
      if (low * 2 === nudged - high) return nudged;
    }
    return high;
  }

  /** The parts themselves, for a snapshot or for exact arithmetic with another sum. */
  get parts(): readonly number[] {
    return this.#parts.slice(0, this.#length);
  }
}

/** Σxy − ΣxΣy / count, computed exactly and rounded at the end only. */
export function deviationsOf(count: number, products: ExactSum, left: ExactSum, right: ExactSum): number {
  if (count === 0) return 0;
  const scaled = new ExactSum();
  for (const part of products.parts) scaled.addProduct(count, part);
  for (const one of left.parts) for (const other of right.parts) scaled.addProduct(-one, other);
  return scaled.value / count;
}

/** The same for squares, which the underflow of values below 1e-150 must not turn negative. */
export function squaredDeviationsOf(count: number, squares: ExactSum, sum: ExactSum): number {
  return Math.max(0, deviationsOf(count, squares, sum, sum));
}

/** sum / count, with the exact remainder put back: the mean of equal values is that value. */
export function meanOf(count: number, sum: ExactSum): number {
  if (count === 0) return 0;
  const near = sum.value / count;
  const rest = new ExactSum(sum.parts);
  rest.addProduct(-count, near);
  return near + rest.value / count;
}

export function assertSummable(value: number): void {
  // The message is put together only when it is needed: doing so costs more than the sum.
  if (!(Math.abs(value) <= magnitudeMax)) assert(false, `value ${value} is not a number that sums can hold`);
}

function highHalf(value: number): number {
  const scaled = splitter * value;
  return scaled - (scaled - value);
}
