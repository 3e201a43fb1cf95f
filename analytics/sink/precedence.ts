import { assert } from "../../protocols/assert.ts";

/** Records a message may hold; the gateway batches 500. */
export const recordsPerMessageMax = 16_384;
/** A JS integer is exact below 2^53: 2^39 messages, 17 years at a thousand a second. */
export const precedenceMax = Number.MAX_SAFE_INTEGER;

/** The earlier in the log, the larger: of rows with one id, ReplacingMergeTree keeps the largest. */
export function precedenceOf(sequence: number, index: number): number {
  const precedence = precedenceMax - (sequence * recordsPerMessageMax + index);
  assert(index < recordsPerMessageMax && precedence > 0, `position ${sequence}.${index}`);
  return precedence;
}

/** Rows of messages up to `sequence` have at least this. */
export const precedenceFrom = (sequence: number): number => precedenceOf(sequence, recordsPerMessageMax - 1);
