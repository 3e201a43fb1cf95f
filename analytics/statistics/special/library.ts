// The one file that imports `@stdlib`; versions are pinned. What it computes wrongly in places is mended beside its
// callers here: the normal quantile (normal.ts) and the incomplete gamma function of large shapes (gamma.ts).
export { default as betainc } from "@stdlib/math-base-special-betainc";
export { default as erfc } from "@stdlib/math-base-special-erfc";
export { default as erfcinv } from "@stdlib/math-base-special-erfcinv";
export { default as erfcx } from "@stdlib/math-base-special-erfcx";
export { default as gammainc } from "@stdlib/math-base-special-gammainc";
export { default as gammaln } from "@stdlib/math-base-special-gammaln";
export { default as kernelBetaincinv } from "@stdlib/math-base-special-kernel-betaincinv";
export { default as studentQuantileOf } from "@stdlib/stats-base-dists-t-quantile";
