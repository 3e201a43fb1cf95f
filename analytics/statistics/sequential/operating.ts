import { findRoot, normalUpperQuantile } from "../special/special.ts";
import { regionsOf } from "./boundaries.ts";
import { crossing, total } from "./crossing.ts";
import type { Boundaries } from "./design.ts";

/** How a design behaves at a drift: the mean of Z when all planned information is there. */
export interface Operating {
  /** Probability to reject in favour of the drift's own side. */
  readonly power: number;
  /** Mean information at the stop, as a share of the planned whole. */
  readonly meanInformation: number;
}

export function operatingAt(boundaries: Boundaries, drift: number): Operating {
  const { upper, lower } = crossing(regionsOf(boundaries), drift);
  let rest = 1;
  let meanInformation = 0;
  for (const [index, time] of boundaries.times.entries()) {
    const last = index === boundaries.times.length - 1;
    const stopped = last ? rest : (upper[index] ?? 0) + (lower[index] ?? 0);
    meanInformation += time * stopped;
    rest -= stopped;
  }
  return { power: total(upper), meanInformation };
}

export interface Inflation {
  readonly drift: number;
  /** Information at the end over that of a test with one look. */
  readonly inflation: number;
  /** Mean information over that of a test with one look: at no effect, half of the planned one, and all of it. */
  readonly meanAtNone: number;
  readonly meanAtHalf: number;
  readonly meanAtPlanned: number;
}

/** What a design costs in information for a power; undefined for a power no more than the error. */
export function inflationFor(boundaries: Boundaries, alpha: number, power: number): Inflation | undefined {
  if (!(power > alpha && power < 1)) return undefined;
  const plain = normalUpperQuantile(alpha / boundaries.sides) - normalUpperQuantile(power);
  const drift = findRoot(
    // Rounding may take the power of a large drift beyond 1.
    (at) => Math.log(Math.max(1e-300, 1 - operatingAt(boundaries, at).power) / (1 - power)),
    plain * 0.5,
    plain * 4 + 1,
    1e-13,
  );
  if (drift === undefined) return undefined;
  const inflation = (drift / plain) ** 2;
  const mean = (at: number): number => inflation * operatingAt(boundaries, at).meanInformation;
  return { drift, inflation, meanAtNone: mean(0), meanAtHalf: mean(drift / 2), meanAtPlanned: mean(drift) };
}
