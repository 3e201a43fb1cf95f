import { betainc, studentQuantileOf } from "./library.ts";

/** P(T > t), Student's t with any positive degrees of freedom. */
export function studentSf(t: number, degreesOfFreedom: number): number {
  if (t < 0) return 1 - studentSf(-t, degreesOfFreedom); // at least a half: nothing is lost
  const square = t * t;
  // Of the two equal forms, the one whose argument is not rounded to 1.
  return square < degreesOfFreedom
    ? betainc(square / (degreesOfFreedom + square), 0.5, degreesOfFreedom / 2, true, true) / 2
    : betainc(degreesOfFreedom / (degreesOfFreedom + square), degreesOfFreedom / 2, 0.5, true, false) / 2;
}

/** The t with P(T ≤ t) = p. */
export function studentQuantile(p: number, degreesOfFreedom: number): number {
  return studentQuantileOf(p, degreesOfFreedom);
}
