import { integrate } from "./gauss-legendre.ts";
import { logGamma } from "./gamma.ts";
import { normalSf } from "./normal.ts";

/** Beyond this many standard deviations a chi variable has less than 1e-20 of its mass. */
const widthMax = 9.5;
const nodeCount = 24;
const panelCount = 12;

/**
 * P(T > t), noncentral t: the mean of P(Z > t s − noncentrality) over s = √(χ²/ν), by Gauss-Legendre panels. The
 * normal tail turns within 1/|t| of s = noncentrality/t, so the panels are split there.
 */
export function noncentralStudentSf(t: number, degreesOfFreedom: number, noncentrality: number): number {
  const spread = widthMax / Math.sqrt(degreesOfFreedom);
  const [from, to] = [Math.max(0, 1 - spread), 1 + spread];
  const turn = t === 0 ? [] : [-9, -3, 0, 3, 9].map((step) => (noncentrality + step) / t);
  const cuts = [from, ...turn.filter((cut) => cut > from && cut < to).sort((a, b) => a - b), to];
  const logScale = logScaleOf(degreesOfFreedom);
  const power = degreesOfFreedom - 1;
  // The density is s^(ν − 1) times this.
  const smooth = (s: number): number =>
    Math.exp(logScale - (degreesOfFreedom * (s * s - 1)) / 2) * normalSf(t * s - noncentrality);
  const f = (s: number): number =>
    Math.exp(logScale + power * Math.log(s) - (degreesOfFreedom * (s * s - 1)) / 2) *
    normalSf(t * s - noncentrality);
  let sum = 0;
  for (let index = 1; index < cuts.length; index++) {
    const [start, end] = [cuts[index - 1] ?? 0, cuts[index] ?? 0];
    sum += start === 0 ? fromZero(f, smooth, degreesOfFreedom, end) : panels(f, start, end);
  }
  return Math.min(1, sum);
}

const panels = (f: (s: number) => number, from: number, to: number): number =>
  integrate(f, from, to, panelCount, nodeCount);

/** Panels that halve towards 0, where s^(ν − 1) is steep; below one degree of freedom the first one is taken in s^ν. */
function fromZero(
  f: (s: number) => number,
  smooth: (s: number) => number,
  degreesOfFreedom: number,
  to: number,
): number {
  let end = to;
  let sum = 0;
  for (let panel = 1; panel < panelCount; panel++) {
    sum += integrate(f, end / 2, end, 1, nodeCount);
    end /= 2;
  }
  if (degreesOfFreedom >= 1) return sum + integrate(f, 0, end, 1, nodeCount);
  const inPower = (v: number): number => smooth(end * v ** (1 / degreesOfFreedom));
  return sum + (end ** degreesOfFreedom / degreesOfFreedom) * integrate(inPower, 0, 1, 1, nodeCount);
}

/** ln of 2 (ν/2)^(ν/2) e^(−ν/2) / Γ(ν/2); by Stirling where the terms are large and nearly cancel. */
function logScaleOf(degreesOfFreedom: number): number {
  const half = degreesOfFreedom / 2;
  if (half < 50) return Math.LN2 + half * (Math.log(half) - 1) - logGamma(half);
  const stirling = (1 / 12 - (1 / 360 - 1 / (1_260 * half * half)) / (half * half)) / half;
  return Math.LN2 + Math.log(half / (2 * Math.PI)) / 2 - stirling;
}
