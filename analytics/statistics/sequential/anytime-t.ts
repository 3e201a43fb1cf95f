import { pOfLogE } from "./mixture.ts";

// The anytime-valid t of a linear model (Lindon, Ham, Tingley & Bojinov 2022): exact for normal errors at any number
// of units, so it is what small samples use. `g` is the mixture's number of units: small g favours late looks.

export interface AnytimeTModel {
  readonly units: number;
  /** Coefficients of the model, with the intercept. Two arms without covariates: 2. */
  readonly coefficients: number;
  readonly g: number;
}

/** ln of the e-value for a t statistic. */
export function logAnytimeE(t: number, { units, coefficients, g }: AnytimeTModel): number | undefined {
  const degreesOfFreedom = units - coefficients;
  if (!(degreesOfFreedom > 0 && g > 0)) return undefined;
  const ratio = g / (g + units);
  // t² may overflow: then only the ratio of the two terms is left.
  const square = (t * t) / degreesOfFreedom;
  const gain =
    square === Number.POSITIVE_INFINITY ? -Math.log(ratio) : Math.log1p(square) - Math.log1p(ratio * square);
  return Math.log(ratio) / 2 + ((degreesOfFreedom + 1) / 2) * gain;
}

export function anytimeTPValue(t: number, model: AnytimeTModel): number | undefined {
  const logE = logAnytimeE(t, model);
  return logE === undefined ? undefined : pOfLogE(logE);
}

/** Half-width of the interval in standard errors; undefined while no interval is finite. */
export function anytimeTRadius(alpha: number, { units, coefficients, g }: AnytimeTModel): number | undefined {
  const degreesOfFreedom = units - coefficients;
  if (!(degreesOfFreedom > 0 && g > 0 && alpha > 0 && alpha < 1)) return undefined;
  const ratio = g / (g + units);
  const logRoot = (Math.log(ratio) + 2 * Math.log(alpha)) / (degreesOfFreedom + 1);
  const rest = Math.exp(logRoot) - ratio;
  return rest <= 0 ? undefined : Math.sqrt((degreesOfFreedom * -Math.expm1(logRoot)) / rest);
}

/** The same for known variance: what the radius comes to as units grow. */
export function anytimeZRadius(alpha: number, units: number, g: number): number {
  const ratio = g / (g + units);
  return Math.sqrt((-2 * Math.log(alpha) - Math.log(ratio)) / (1 - ratio));
}

/**
 * The g for the mixture's precision: 1 / rho². For known variance that of `exactRhoSquared` gives the narrowest interval
 * at the planned number of units; for an estimated one it is near enough.
 */
export const bestG = (rhoSquared: number): number => 1 / rhoSquared;
