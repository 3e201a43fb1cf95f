/** Halving a bracket that spans all doubles down to nothing takes so many steps; others take ten. */
const stepsMax = 1_100;

/**
 * The x between `from` and `to` where f changes its sign (Chandrupatla 1997: inverse quadratic steps where they are
 * safe, halving otherwise), to the last bits unless `tolerance` allows more. Undefined when both ends have one sign.
 */
export function findRoot(
  f: (x: number) => number,
  from: number,
  to: number,
  tolerance = 0,
): number | undefined {
  let [a, b] = [to, from];
  let [fa, fb] = [f(a), f(b)];
  if (fa === 0) return a;
  if (fb === 0) return b;
  if (!(fa < 0 !== fb < 0) || Number.isNaN(fa) || Number.isNaN(fb)) return undefined;
  let [c, fc] = [a, fa];
  let share = 0.5;
  for (let step = 0; step < stepsMax; step++) {
    const x = a + share * (b - a);
    const fx = f(x);
    if (fx < 0 === fa < 0) [c, fc] = [a, fa];
    else [c, b, fc, fb] = [b, a, fb, fa];
    [a, fa] = [x, fx];
    const best = Math.abs(fa) < Math.abs(fb) ? a : b;
    const width = Math.abs(b - a);
    const smallest = 2 * Number.EPSILON * Math.abs(best) + tolerance + Number.MIN_VALUE;
    if (fa === 0 || width <= smallest) return best;
    share = Math.min(1 - smallest / width / 2, Math.max(smallest / width / 2, shareOf(a, b, c, fa, fb, fc)));
  }
  return a;
}

function shareOf(a: number, b: number, c: number, fa: number, fb: number, fc: number): number {
  const xi = (a - b) / (c - b);
  const phi = (fa - fb) / (fc - fb);
  if (!(phi ** 2 < xi && (1 - phi) ** 2 < 1 - xi)) return 0.5;
  return (fa / (fb - fa)) * (fc / (fb - fc)) + (((c - a) / (b - a)) * (fa / (fc - fa)) * fb) / (fc - fb);
}
