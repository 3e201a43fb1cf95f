import { normalUpperQuantile } from "../special/special.ts";
import { type Continuation, densityAt, lowerCrossing, upperCrossing } from "./continuation.ts";

const stepsMax = 100;
/** Z of the furthest boundary: a smaller error than this tail is no double. */
const zMax = 38.5;

/**
 * The z at which paths not stopped before cross upwards with probability `error`: Newton on the logarithm of the
 * probability, kept between what is too low and what is too high. An error of 0 (or one that underflows) has its
 * boundary at infinity; one that even the whole mass does not reach, at −infinity.
 */
export function upperBoundary(paths: Continuation, time: number, error: number, drift: number): number {
  return solve(
    (z) => upperCrossing(paths, time, z, drift),
    (z) => densityAt(paths, time, z, drift),
    error,
    drift * Math.sqrt(time),
  );
}

/** The z below which they fall with probability `error`. */
export function lowerBoundary(paths: Continuation, time: number, error: number, drift: number): number {
  return -solve(
    (z) => lowerCrossing(paths, time, -z, drift),
    (z) => densityAt(paths, time, -z, drift),
    error,
    -drift * Math.sqrt(time),
  );
}

function solve(
  crossed: (z: number) => number,
  density: (z: number) => number,
  error: number,
  mean: number,
): number {
  if (!(error > 0)) return Number.POSITIVE_INFINITY;
  let [low, high] = [mean - zMax, mean + zMax];
  if (crossed(low) <= error) return Number.NEGATIVE_INFINITY;
  if (crossed(high) >= error) return Number.POSITIVE_INFINITY;
  let z = Math.min(high, Math.max(low, mean + normalUpperQuantile(Math.min(0.999, error))));
  for (let step = 0; step < stepsMax; step++) {
    const probability = crossed(z);
    const excess = Math.log(probability / error);
    if (excess > 0) low = z;
    else high = z;
    const move = (excess * probability) / density(z);
    if (Math.abs(move) <= 1e-14 * Math.max(1, Math.abs(z))) return z + move;
    const next = z + move;
    z = next > low && next < high ? next : (low + high) / 2;
    if (high - low <= 1e-15 * Math.max(1, Math.abs(z))) return z;
  }
  return z;
}
