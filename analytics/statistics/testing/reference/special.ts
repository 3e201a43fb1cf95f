import { z } from "zod";
import {
  betaCdf,
  betaQuantile,
  binomialCdf,
  chiSquareSf,
  fSf,
  gammaLower,
  gammaQuantile,
  logGamma,
  normalCdf,
  normalQuantile,
  studentQuantile,
  studentSf,
} from "../../special/special.ts";
import { type Answer, type AnswerTable, given } from "./answer.ts";

const Arguments = z.array(z.number());

const of = (f: (first: number, second: number, third: number) => number): Answer =>
  given(Arguments, ([first = Number.NaN, second = Number.NaN, third = Number.NaN]) => ({
    value: f(first, second, third),
  }));

export const specialAnswers: AnswerTable = {
  "special:t_cdf": of((t, degreesOfFreedom) => studentSf(-t, degreesOfFreedom)),
  "special:t_quantile": of(studentQuantile),
  "special:beta_cdf": of(betaCdf),
  "special:beta_quantile": of(betaQuantile),
  "special:normal_cdf": of(normalCdf),
  "special:normal_quantile": of(normalQuantile),
  "special:chi2_sf": of(chiSquareSf),
  "special:f_sf": of(fSf),
  "special:lgamma": of(logGamma),
  "special:gamma_P": of(gammaLower),
  "special:gamma_quantile": of(gammaQuantile),
  "special:binom_cdf": of(binomialCdf),
};
